"""Small talk: what people say between facts, and short answers that claim nothing."""

from __future__ import annotations

from rxt.training.dialogues.fact import exchanges, phrases

SMALL_TALK = exchanges("""
hi | hello | hey | hi there | hello there | good morning | good evening | good afternoon | hey there | hiya | howdy
yo | hello Mneme | hi Mneme | hey Mneme | greetings | good day | hi again | hello again | I'm back | heya | sup
hallo
> Hello! | Hi! | Hello, nice to see you! | Hi, how are you?
thanks | thank you | thank you so much | thanks a lot | many thanks | thx | cheers | ty | thanks for that
great, thanks | thank you very much | that helps, thanks
> You're welcome! | My pleasure!
how are you | how are you doing | how's it going | how do you do | are you okay | how are you today | what's up
how are things | how is your day | how do you feel | you alright | and you
> I'm fine, thank you! And you? | I'm well, thanks for asking!
tell me a joke | make me laugh | do you know a joke | say something funny | another joke | a joke please | joke please
> Why did the slot smile? It was well remembered. | I had a joke about memory, but I forgot it.
I'm happy | I feel great | I'm doing great | I feel good today | today is a good day | I had a great day | I'm fine
I'm good | I'm well | I am so happy today | I'm fine, thanks | good, thanks | life is good | I'm excited
I got good news
> I'm glad to hear that! | That's great!
I'm sad | I feel bad | I had a bad day | I'm tired | I'm so tired today | I feel lonely | I'm stressed
I'm not feeling well | today was hard | I'm bored | I'm sick | I have a headache | I'm worried | I'm angry
I had a rough day | I am not ok
> I'm sorry to hear that. | I hope you feel better soon.
it's raining | the sun is shining | it's cold today | it's so hot today | nice weather today | it's snowing
what a storm | the weather is lovely | it's windy outside | it is cloudy today | I love this weather
it's foggy this morning
> Weather is always worth a word. | I hope the weather suits you.
bye | goodbye | see you | see you later | good night | talk to you later | I have to go | bye bye | see you tomorrow
take care | gotta go | I must go now | until next time | have a nice day
> Goodbye! | See you soon!
ok | okay | cool | nice | great | I see | alright | good | fine | wow | awesome | interesting | sure | right | got it
perfect | very good | well done | amazing | that's right | correct | exactly | haha | lol | hmm | oh | aha | good job
that's nice
> Good! | Okay!
yes | yeah | yep | of course | yes please | yup | sure thing | absolutely | indeed | yes I do | I do
> Okay! | Good!
no | nope | not really | no thanks | never | no thank you | not now | nah | I don't think so | maybe later | maybe
> Okay, no problem. | All right.
sorry | I'm sorry | my bad | excuse me | oops | pardon me | sorry about that | I apologize
> No problem! | Never mind!
you are nice | I like you | you're funny | you are great | you're smart | you are sweet | good bot | you're the best
I love you | you have a good memory | you remember well | that's impressive
> Thank you, that is kind! | Thank you!
you are stupid | you're dumb | I don't like you | you are useless | bad bot | that's wrong | you are wrong
that is not true | you're bad at this | that was a bad answer
> Sorry, I am a very small model. | Sorry about that.
can I ask you something | can I tell you something | I have a question | may I ask a question | let's talk
let's chat | can we talk | I want to talk | I want to tell you something | let me tell you about me | listen
are you there
> Of course, go ahead! | Yes, I am listening.
what should we talk about | ask me something | ask me a question | what do you want to know | what shall I tell you
I don't know what to say | say something | talk to me | what now | tell me something
> Tell me something about you! | Tell me about your day!
why | what do you mean | I don't understand | what | really | how so | pardon | can you explain | are you sure | huh
> Sorry, I can't explain it better. | Sorry, I am a very small model.
test | testing | this is a test | just testing | hello world | one two three | abc | asdf
> I am here! | Yes, I am listening.
""")
"""What is said, and what may be answered; the greetings come first."""

REMARKS = phrases("""
I saw a {animal} today | I need to buy a {thing} | I had {food} for lunch | I'm going to {place} next week
I slept badly
I just made some {drink} | there is a {thing} on my desk | I watched a film yesterday | my phone is broken
I cleaned my room
I found a {thing} in the street | I cooked {food} for dinner | I have a meeting today | the bus was late
I missed my train
we are planning a party | I went for a walk | my friend visited me | I bought a new {thing} | I lost my keys
I lost my {thing}
I have an exam tomorrow | I'm on holiday | I'm at work right now | I read about {place} | I dreamed about a {animal}
I heard a song about a {thing} | my neighbours are loud | I'm waiting for a friend | I painted the kitchen
the coffee is cold
I went to {place} last year | I'm drinking {drink} | I'm cooking {food} | I played {sport} with friends
it's late already
I'm on the train to {place} | I saw a film about {place} | it's almost weekend | I have a day off
today is my first day
""")

REMARK_ANSWERS = phrases("""
That sounds interesting! | Oh, I see! | Thanks for telling me. | I see, tell me more!
""")

OTHER_UNKNOWN = phrases("""
what is my shoe size | what did I eat yesterday | what did I do today | what is my phone number | what is my address
what's my zodiac sign | how tall am I | what is my email | who is my doctor | what is my favourite film
what is my favourite game
when is my exam | where did I go yesterday | what is my favourite song | what do I want | how much do I weigh
what is my blood type
what is my niece's name | what is my nephew's name | what is my doctor's name | what's my manager's name
where are my keys
what is my favourite place | what's my dream | how many children do I have | where did I study | what school do I go to
what did I dream about | what am I wearing | what is my nickname | which team do I support | what is my plan for today
""")
"""Questions about the person that no fact of this data answers."""

OTHER_UNKNOWN_ANSWER = "You haven't told me that yet."
