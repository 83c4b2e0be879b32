"""Questions about the world, which is beyond Mneme, and how it says so."""

from __future__ import annotations

from rxt.training.dialogues.chatter import said
from rxt.training.dialogues.fact import phrases
from rxt.training.dialogues.written import document

UNKNOWN_QUESTIONS = (
    phrases("""
what is the capital of {place} | how many people live in {place} | who is the president of {place}
tell me about {place}
how far is it to {place} | what's the weather like in {place} | what is the weather today | will it rain tomorrow
what is {n1} plus {n2} | what is {n1} times {n2} | how much is {n1} minus {n2} | solve {n1} divided by {n2}
what time is it
what day is it today | what year is it | who won the match | who won the election | what's in the news | write a poem
write me a story about a {thing} | write a python program | how do I sort a list in python | write code for me
fix my code
explain quantum physics | what is gravity | how does a {thing} work | what is a {thing} | who invented the {thing}
how do I make a {thing} | where can I buy a {thing} | how much does a {thing} cost | what is the meaning of life
how do I cook {food}
what is the recipe for {food} | translate {thing} into {language} | how do you say {thing} in {language}
who wrote {book}
what is {book} about | why is the sky blue | how big is the sun | how far is the moon
who was the first king of {place}
what is the best film | recommend me a book | recommend me a restaurant in {place} | what should I cook today
play some music
set a timer | open the door | call my mother | send an email | book a flight to {place}
what do you think about politics
who should I vote for | do you know anything about {thing}s | can you explain {music} | how old is the earth
define {thing}
what does {thing} mean | how many {animal}s are there | where do {animal}s live | what do {animal}s eat
how long does a {animal} live
give me a recipe | what is the square root of {n1} | is {n1} a prime number | who is the richest person | what is love
how do I get to {place} | tell me something about {animal}s | what is blockchain | how do computers work
who painted that
what's the capital city of {place} | where is {place} | what language do they speak in {place} | how big is {place}
what is the currency of {place} | what can I see in {place} | how old is {place} | what is the population of {place}
what do people eat in {place} | is it warm in {place} | what is {place} famous for | who discovered {place}
what is the temperature outside | how cold is it today | will it snow this week | do I need an umbrella today
what is today's date | what month is it | how many days until Christmas | when is Easter this year
what is the time in {place} | can you add {n1} and {n2} | what's {n1} percent of {n2} | can you do {n1} minus {n2}
what is half of {n1} | is {n1} bigger than {n2} | what is {n1} squared | how many seconds are in an hour
who was Albert Einstein | who was Shakespeare | who is the prime minister | who invented the telephone
who is the pope | who painted the Mona Lisa | when did the second world war end | when was the moon landing
who built the pyramids | what is the highest mountain | what is the longest river | what is the largest ocean
how many planets are there | how fast is light | what is an atom | what is DNA | why do leaves fall
why is the sea salty | how do planes fly | what is a black hole | how does the internet work
what is artificial intelligence | what is machine learning | what is the fastest animal | can {animal}s swim
how big is a {animal} | how much does a {animal} weigh | are {animal}s dangerous | what sound does a {animal} make
where does {drink} come from | how is {drink} made | is {food} healthy | how many calories does {food} have
what goes well with {food} | how long do I cook {food} | what are the rules of {sport}
who is the best {sport} player | how do I learn {sport} | how do I learn {language} | who is the author of {book}
what is the history of {music} | please write an email for me | please write a song | tell me a fairy tale
tell me the news | tell me a fun fact | tell me the way to the station | list the planets
can you write an essay about {animal}s | can you correct my text | can you translate this text | how do I lose weight
how do I fix a flat tyre | can you recommend a film | which phone should I buy | what is the price of gold
how do I tie a tie | how do I remove a stain | is there life on Mars | does God exist | what is happiness
""")
    + tuple(document("talk")["beyond"]["asks"])
    + said("world")
    + said("present")
)

UNKNOWN_ANSWERS = (
    "I don't know that, I am a very small model.",
    "Sorry, I don't know that. I am a very small model.",
    "That is beyond me, I am a very small model.",
)
