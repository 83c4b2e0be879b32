"""The facts about the person themselves, and the phrases every fact shares."""

from __future__ import annotations

from rxt.training.dialogues.fact import Fact, phrases
from rxt.training.dialogues.written import document, extended, written


def _shared(kind: str) -> tuple[str, ...]:
    return tuple(document("shared")["shared"][kind])


ASK_NOUN = phrases("""
tell me {m} | do you remember {m} | do you know {m} | can you tell me {m} | remind me of {m} | can you remember {m}
could you tell me {m} | did I tell you {m} | do you still remember {m} | do you still know {m} | have I told you {m}
can you remind me of {m} | I forgot {m}, can you help | say {m} | what did I say about {m} | you remember {m}, right
please tell me {m} | quick question, do you know {m} | I wonder if you remember {m} | do you recall {m}
do you happen to remember {m} | I bet you forgot {m} | can you recall {m} | remind me again of {m} | now tell me {m}
do you still have {m} in mind | let me test you: {m} | would you tell me {m} | tell me {m} again | tell me again {m}
what do you know about {m} | I told you {m}, what was it | could you remind me of {m} | are you able to recall {m}
do you have {m} in your memory | have you forgotten {m} | I hope you remember {m} | repeat {m} | recall {m} for me
""") + _shared("ask_noun")
"""Questions for any fact, `{m}` being what it is ("my name")."""

YES_OPENINGS = ("do you", "can you remember", "did I", "have I", "you remember")
"""Questions that begin so are answered with yes or no first."""

CORRECTIONS = phrases("""
no, {c} | sorry, {c} | I meant {v} | no, I meant {v} | I made a mistake, {c} | that's wrong, {c} | wait, {c}
sorry, I meant {v} | not quite, {c} | no no, {c} | oops, {c} | I mean {v} | correction: {c} | no, I said {v}
that is not right, {c} | actually no, {c} | wrong, {c} | let me correct that, {c} | I mistyped, {c} | nope, {c}
hold on, {c} | my mistake, {c} | I wanted to say {v} | no wait, {c} | you got it wrong, {c} | to be exact, {c}
it's {v}, not that | no, it's {v} | I mean it's {v} | it's {v}, sorry | sorry, it's {v} | wait no, it's {v}
I was wrong, it's {v} | that was a typo, I meant {v} | not that, {v} | oh no, I meant {v} | it should be {v}
""") + _shared("corrections")
"""Corrections of what was told in the turn before; `{c}` is a clause of the fact."""

UPDATES = phrases("""
{c} now | {c} these days | now {c} | update: {c} | things changed, {c} now | news: {c} now | from now on, {c}
guess what, {c} now | since yesterday {c} | small change: {c} | it changed, {c} | as of today, {c} | by now, {c}
I changed my mind, {c} | {c} instead | on second thought, {c} | forget what I said, {c} | that's old, {c} now
not any more, {c} | since last week {c} | {c}, that's new | times change, {c} | a correction, {c} | well, now {c}
no longer, {c} now | let me update you, {c} | big news, {c} | recently it changed, {c} | we have news, {c} now
""") + _shared("updates")

FORGETS = phrases("""
please forget {m} | forget {m} | can you forget {m} | I want you to forget {m} | delete {m} from your memory
please don't remember {m} | could you forget {m} please | erase {m} | you can forget {m} now | remove {m} please
you should forget {m} | wipe {m} from your memory | drop {m} | I'd like you to forget {m} | don't keep {m}
never mind {m}, forget it | {m} is no longer important, forget it | please delete {m} | take {m} out of your memory
""") + _shared("forgets")

FORGET_ALL = phrases("""
forget everything | please forget everything I told you | forget all about me | delete everything you know about me
can you forget everything | erase everything you know | clear your memory please | forget me
wipe everything | forget what I told you | please delete all you know about me | forget all of it | forget it all
""") + _shared("forget_all")

ASK_ALL = phrases("""
what do you know about me | what do you remember about me | tell me what you know about me | what have I told you so far
tell me everything you know about me | what do you remember | what did I tell you about myself | do you know me
list what you know about me | summarize what you know about me | what facts do you have about me | do you remember me
what have you learned about me | can you tell me about myself | tell me about me | who am I and what do you know
what do you know so far | which things do you remember about me | so what do you know about me | describe me
what can you tell me about me | tell me all you remember | what is in your memory about me | recap what I told you
what did I tell you so far | give me a summary of me | list everything you remember | what have I told you about me
say what you know about me | how well do you know me | what facts do you remember | tell me what you remember
""") + _shared("ask_all")

ECHOES = phrases("""
what did I just say | what did I just tell you | what was my last message | repeat my last message | what did I write
repeat what I said | what did I say before this | say again what I said | can you repeat what I just said
what were my last words | what was the last thing I said | repeat after me what I said | quote me
what did I say a moment ago | repeat what I just wrote
""") + _shared("echoes")
"""Questions for the message before, word for word."""

WHO_IS = (
    phrases("who is {v} | who's {v} | do you know who {v} is | tell me who {v} is | remember {v}, who is that")
    + written("people", "who_is").asks
)
"""Questions about someone named before."""

_PLAIN = (
    Fact(
        "name", "person", "my name", "your name is {v}",
        phrases("""
        my name is {v} | I'm {v} | I am {v} | call me {v} | my name's {v} | people call me {v} | you can call me {v}
        everyone calls me {v} | they call me {v} | I'm called {v} | I go by {v} | just call me {v} | please call me {v}
        this is {v} | it's {v} | {v} here | {v} is my name | the name is {v} | friends call me {v} | I am called {v}
        my first name is {v} | you're talking to {v} | let me introduce myself, I'm {v} | nice to meet you, I'm {v}
        I was named {v} | my parents named me {v} | my full name is {v} | remember my name, it's {v}
name's {v} | the name's {v} | you may call me {v} | I go by the name {v} | {v}, that's me | it's me, {v} | {v} speaking
hey it's {v} | I should introduce myself: {v} | I'm known as {v} | so my name is {v} | by the way my name is {v}
my friends know me as {v} | the name I was given is {v} | I'm {v}, pleased to meet you | I'm {v} by the way
I'd like you to call me {v} | my name would be {v} | I'm {v} and I'm new here | let me start with my name: {v}
for the record, I'm {v} | you can use my name, {v} | people know me as {v} | {v} is what people call me
I was born {v} | my real name is {v} | I usually go by {v} | I answer to {v} | hi my name is {v}
I'm {v}, nice to see you
        """),
        phrases("""
        what is my name | what's my name | who am I | what's my name again | what is my name again | what am I called
        what do people call me | what was my name | who are you talking to | what name did I give you
        what did I say my name was | how do people call me | what should you call me
        can you guess my name | who is talking to you | do you know who I am | do you remember who I am
        what do you call me | say my name | you know my name, right | tell me who I am | what name do I have
what's the name I gave you | what was my name again | remember my name | and my name | my name, please | who is this
what do my friends call me | what did I say I'm called | any idea who I am | any idea what my name is | what's me called
by what name do I go | how am I called | so what's my name | so who am I | and who am I | which name is mine
what should I be called | who did I say I am | how did I introduce myself | what is the name I go by | my name is what
        """),
        phrases("is my name {v} | am I {v} | am I called {v} | do people call me {v} | my name is {v}, right"),
        phrases("I changed my name to {v} | my new name is {v} | call me {v} from now on | my name is {v} now"),
        phrases("""
        Nice to meet you, {v}! | Hello, {v}! | Hi {v}, nice to meet you! | Good to meet you, {v}! | Welcome, {v}!
        Nice to meet you! | Hello, nice to meet you! | Thanks, I will remember that.
        """),
        9.0,
    ),
    Fact(
        "age", "age", "my age", "you are {v} years old",
        phrases("""
        I'm {v} years old | I am {v} | I'm {v} | my age is {v} | I am {v} years old | I'm {v} years of age
        I'm aged {v}
        I've just turned {v} | I turned {v} this year | I'm already {v} | I'm only {v}
        I'll soon be over {v}, I'm {v} now
        my age: {v} | I just had my birthday, I'm {v}
I'm {v} now | I'm {v} and proud of it | in case you wonder, I'm {v} | I've been alive for {v} years
I became {v} lately
my next birthday is after {v} | I reached {v} | I'm a {v} year old | I'm {v} yrs old | at {v} I feel young
        """),
        phrases("""
        how old am I | what is my age | what's my age | how old did I say I am | how many years old am I | guess my age
        do you remember how old I am | do you know how old I am | tell me how old I am | what age am I
        how old am I again | and my age | my age, please | what age did I tell you | what's my age again
        so how old am I
how many years have I lived | how old would I be | which age am I | any idea how old I am | remember my age
        """),
        phrases("am I {v} | am I {v} years old | is my age {v} | I am {v}, right"),
        phrases("I just turned {v} | I had my birthday, I'm {v} now | I'm {v} years old now | I am {v} now"),
        phrases("{v} is a good age! | Okay, you are {v}. | {v}, got it! | Thanks for telling me. | Got it!"),
        3.0,
    ),
    Fact(
        "city", "city", "where I live", "you live in {v}",
        phrases("""
        I live in {v} | my home is in {v} | I'm living in {v} | I'm based in {v} | my city is {v} | I have a flat in {v}
        we live in {v} | home for me is {v} | I moved to {v} | I'm living in {v} these days | I just moved to {v}
        I've lived in {v} for years | my house is in {v} | I reside in {v} | the city I live in is {v} | I stay in {v}
        I'm currently in {v} | my family and I live in {v} | I've got an apartment in {v} | {v} is where I live
I make my home in {v} | I settled in {v} | right now I live in {v} | I rent a room in {v} | my place is in {v}
I live over in {v} | {v} is my home | {v} is my city | I've been living in {v} | I live near the centre of {v}
I call {v} my home | we have a house in {v} | my flat is in {v} | I'm writing to you from {v}
I'm at home in {v}
I live and work in {v} | these days home is {v} | greetings from {v}, my home | you'll find me in {v}
        """),
        phrases("""
        where do I live | what city do I live in | which city do I live in | what is my city | where is my home
        what's my city | in which city do I live | what town do I live in | where am I based | where do I live again
        where did I say I live | where's my house | which city is my home | what place do I live in | where am I living
        what city am I in
where's home for me | what city is my home | which town is mine | where is it that I live | and where do I live
so where do I live | where am I at home | what's the city I live in | the city I live in, what is it
any idea where I live
where do I have my flat | remember where I live | what's the name of my city | where could you find me | my city, please
        """),
        phrases("do I live in {v} | is my home in {v} | I live in {v}, right | am I living in {v}"),
        phrases("I moved to {v} | I live in {v} now | we moved to {v} | I've moved to {v} | my new home is {v}"),
        phrases("""
        {v} sounds lovely! | I hear {v} is a nice place. | {v}, how nice! | Oh, {v}! I will remember that.
        That sounds like a nice place. | Thanks, I will remember that.
        """),
        6.0,
    ),
    Fact(
        "origin", "place", "where I come from", "you come from {v}",
        phrases("""
        I'm from {v} | I come from {v} | I was born in {v} | I grew up in {v} | my hometown is {v} | I am from {v}
        originally I'm from {v} | my family is from {v} | I'm originally from {v} | my home country is {v}
        {v} is my hometown
I was raised in {v} | my roots are in {v} | I spent my childhood in {v} | my birthplace is {v} | I hail from {v}
my parents raised me in {v} | {v} is where I grew up | {v} is where I was born | as a kid I lived in {v}
        """),
        phrases("""
        where am I from | where do I come from | where was I born | what is my hometown | where did I grow up
        what's my hometown | which country am I from | where am I from originally | what country do I come from
where are my roots | what is my birthplace | where was I raised | where did I spend my childhood | and where am I from
what's my home country | which place do I come from | so where do I come from | any idea where I'm from
        """),
        phrases("am I from {v} | do I come from {v} | was I born in {v} | I'm from {v}, right"),
        (),
        phrases("{v}, interesting! | Oh, from {v}! | {v} must be beautiful. | That is interesting! | Good to know."),
        3.0,
    ),
    Fact(
        "job", "job", "my job", "you work as {av}",
        phrases("""
        I'm {av} | I work as {av} | I am {av} | my job is {v} | I'm working as {av} | I am {av} by profession
        I'm {av} by trade
        I earn my living as {av} | my profession is {v} | for work, I'm {av} | I have a job as {av}
        my work is being {av}
        I do work as {av} | I'm employed as {av} | I got a job as {av}
        {av} is what I am | I have worked as {av} for years
my occupation is {v} | I make a living as {av} | in my job I'm {av} | I'm currently {av} | by day I'm {av}
I became {av}
I was hired as {av} | they pay me to be {av} | professionally I'm {av} | my work: {v} | I trained as {av}
I serve as {av}
        """),
        phrases("""
        what is my job | what do I do for a living | what's my job | what do I do | what do I work as
        what is my profession
        what work am I doing | what kind of work do I do | what's my profession | how do I earn my living
        what is my work
        what do I do for work | what's my occupation | what was my job again
what is it I do for work | what work do I do | what did I say I do | and my job | my job, please
what am I by profession
so what is my job | any idea what I do | how do I make a living | which job do I have | what am I employed as
what's my line of work | what do I do all day | remember my job | what do I do for money
        """),
        phrases("am I {av} | do I work as {av} | is my job {v} | I'm {av}, right"),
        phrases("I work as {av} now | I changed jobs, I'm {av} now | I have a new job as {av} | I became {av}"),
        phrases("""
        Being {av} sounds interesting! | Oh, {av}! That sounds interesting. | {v} is a fine job!
        That sounds like good work.
        Interesting job!
        """),
        5.0,
    ),
    Fact(
        "hobby", "hobby", "my hobby", "your hobby is {v}",
        phrases("""
        my hobby is {v} | I like {v} in my free time | I enjoy {v} | I love {v} in my spare time
        my favourite hobby is {v}
        in my free time I do {v} | I spend my weekends with {v} | my main hobby is {v} | I'm really into {v}
        {v} is my hobby
        I like {v} | I enjoy {v} very much | I really enjoy {v} | my hobbies are {v}
        I do {v} as a hobby | {v} is my passion
        my passion is {v} | my pastime is {v} | for fun I do {v} | I relax with {v} | after work I enjoy {v}
I spend my free time with {v} | I'm fond of {v} | in the evenings I do {v} | my big hobby is {v}
nothing relaxes me like {v}
I have a hobby, it's {v} | I adore {v} | {v} is what I do for fun | {v} makes me happy | I picked up {v} as a hobby
when I have time I do {v} | at weekends I like {v} | I'm crazy about {v} | I got into {v} | what I enjoy most is {v}
        """),
        phrases("""
        what is my hobby | what's my hobby | what do I do for fun | what do I do in my free time | what do I enjoy
        what do I like doing | what's my favourite hobby | what is my passion | what are my hobbies | what am I into
how do I spend my free time | how do I relax | what's my pastime | what do I do after work | what do I do at weekends
and my hobby | my hobby, please | what hobby do I have | which hobby is mine | so what's my hobby | what makes me happy
what do I like to do | what am I crazy about | remember my hobby | what's fun for me | any idea what my hobby is
        """),
        phrases("is my hobby {v} | is {v} my hobby | do I enjoy {v} | my hobby is {v}, right"),
        phrases("my new hobby is {v} | my hobby is {v} now | I've started a new hobby, {v}"),
        phrases("{v} sounds like fun! | {v} is a great hobby! | Oh, {v}! How nice. | That sounds like fun!"),
        4.0,
    ),
    Fact(
        "birthday", "month", "my birthday", "your birthday is in {v}",
        phrases("""
        my birthday is in {v} | I was born in {v} | I have my birthday in {v} | my birth month is {v}
        I celebrate my birthday in {v}
        I'm {av} baby | my birthday comes in {v}
I turn a year older in {v} | every {v} I have a birthday | {v} is my birthday month | I get presents in {v}
the month of my birthday is {v} | my birthday party is in {v} | I'm born in {v}
        """),
        phrases("""
        when is my birthday | what month is my birthday | in which month was I born | when's my birthday
        what is my birth month
        when do I celebrate my birthday | when was I born
and my birthday | what's my birth month | which month was I born in | which month do I have my birthday
when is my birthday party | in what month is my birthday | remember my birthday | so when is my birthday
        """),
        phrases("is my birthday in {v} | was I born in {v} | my birthday is in {v}, right"),
        (),
        phrases("{v} is a nice month for it! | A birthday in {v}, lovely! | Okay, in {v}. | Good to know!"),
        2.0,
    ),
    Fact(
        "language", "language", "which language I learn", "you are learning {v}",
        phrases("""
        I'm learning {v} | I take {v} classes | I'm trying to learn {v} | I take {v} lessons | I started learning {v}
        I want to become fluent in {v}
        the language I'm learning is {v} | I've been learning {v} for a year
I practise {v} every day | I'm taking {av} course | my new language is {v} | I want to speak {v}, so I'm learning it
I go to {v} classes | right now I learn {v} | I decided to learn {v}
        """),
        phrases("""
        what language am I learning | which language am I learning | what language do I study
        which language do I learn
        what am I learning | what language am I studying
which language do I practise | what's my new language | what language do I want to speak
which language course do I take
and the language I'm learning | so what language do I learn | what language classes do I take
        """),
        phrases("am I learning {v} | do I study {v} | I'm learning {v}, right"),
        phrases("I'm learning {v} now | I switched to learning {v}"),
        phrases("{v} is a beautiful language! | Good luck with {v}! | Learning {v} sounds fun. | Good luck with it!"),
        1.5,
    ),
    Fact(
        "car", "car", "my car", "you drive {av}",
        phrases("""
        I drive {av} | my car is {av} | I have {av} | I own {av} | I bought {av} | my car is an old {v} | I've got {av}
        I ride in {av}
my vehicle is {av} | I go to work in {av} | we have {av} at home, it's our car | my old car is {av}
there's {av} in my garage
the car I drive is {av} | I'm the owner of {av} | I drive to work in {av}
        """),
        phrases("""
        what car do I drive | what is my car | which car do I have | what do I drive | what's my car
        what kind of car do I have
        which car do I drive | what car do I own
what's in my garage | what vehicle do I have | which car is mine | what car is mine | and my car | what car did I buy
what make is my car | the car I drive, what is it | so what do I drive
        """),
        phrases("do I drive {av} | is my car {av} | I drive {av}, right"),
        phrases("I drive {av} now | my new car is {av} | I bought a new car, {av}"),
        phrases("{av} is a nice car! | Oh, {av}! Drive safely. | Nice car! | Drive safely!"),
        1.5,
    ),
    Fact(
        "secret", "secret", "the secret word", "the secret word is {v}",
        phrases("""
        the secret word is {v} | remember the secret word {v} | the password is {v} | the magic word is {v}
        the code word is {v}
        remember this word: {v} | keep this word in mind: {v} | please remember the word {v} | my secret word is {v}
here is a secret word: {v} | store the word {v} | memorise the word {v} | the word to remember is {v}
don't forget the word {v}
I give you a word: {v} | can you remember the word {v} | keep the password {v} | our secret word is {v}
learn this word: {v}
        """),
        phrases("""
        what is the secret word | what's the secret word | what was the secret word | what is the password
        what's the magic word
        what word did I tell you | which word should you remember | what was the word | what is the code word
        what's the password | and the secret word | which word did I give you | what's the code word
        the password, please
what was the word I told you | what word should you remember | the secret word, what is it
what's the word | what was the password | which secret word did I tell you | remember the word
        """),
        phrases("is the secret word {v} | was the word {v} | the secret word is {v}, right"),
        phrases("the new secret word is {v} | the secret word is {v} now | I changed the secret word to {v}"),
        phrases("Okay, I will remember {v}. | Got it, the secret word is {v}. | Okay, I will remember it."),
        1.5,
    ),
)  # fmt: skip

_ELSEWHERE = {"car": ("things", "car"), "secret": ("life", "code_word")}

FACTS = tuple(extended(fact, written(*_ELSEWHERE.get(fact.slot, ("self", fact.slot)))) for fact in _PLAIN)
"""The facts with all their phrases."""
