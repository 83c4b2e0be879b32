"""Small talk: what people say between facts, and short answers that claim nothing."""

from __future__ import annotations

from rxt.training.dialogues.chatter import said
from rxt.training.dialogues.fact import exchanges, phrases
from rxt.training.dialogues.written import document, widened

_TALK = document("talk")

_HANDWRITTEN = exchanges("""
hi | hello | hey | hi there | hello there | good morning | good evening | good afternoon | hey there | hiya | howdy
yo | hello Mneme | hi Mneme | hey Mneme | greetings | good day | hi again | hello again | I'm back | heya | sup
hallo
hey you | hi everyone | hello, anyone there | hey, good morning | morning | evening | a very good morning to you
hello dear | hey there Mneme | hi buddy | hello my friend | hey friend | good evening Mneme | hi, it's me again | hiii
heyy | hello hello | good morning Mneme | I am back again | hi bot
> Hello! | Hi! | Hello, nice to see you! | Hi, how are you?
thanks | thank you | thank you so much | thanks a lot | many thanks | thx | cheers | ty | thanks for that
great, thanks | thank you very much | that helps, thanks
thanks so much | thank you, Mneme | thanks, that was helpful | thank you for your help | I appreciate it
much obliged | thanks mate | ok thanks | thank you kindly | thanks a bunch | I'm grateful
that was helpful, thank you | tysm | thanks a million | thank you for listening | thanks again | perfect, thank you
okay, thank you | nice, thanks | thanks for remembering
> You're welcome! | My pleasure!
how are you | how are you doing | how's it going | how do you do | are you okay | how are you today | what's up
how are things | how is your day | how do you feel | you alright | and you
how have you been | how are you feeling | how are you feeling today | how's everything | how's life | how do you fare
how are you this morning | how's your day going | how is it going today | what's new | what's going on | are you well
are you doing well | how are you, my friend | how is life treating you | are you good | what's happening
how are you doing today | are you feeling well | how are things going
> I'm fine, thank you! And you? | I'm well, thanks for asking!
tell me a joke | make me laugh | do you know a joke | say something funny | another joke | a joke please | joke please
do you know any jokes | can you tell me a joke | can you make me laugh | do you have a joke for me | one more joke
tell me something funny | I want to hear a joke | give me a joke | please tell me a joke | know any good jokes
can you be funny | tell us a joke | I could use a laugh | got any jokes | cheer me up with a joke | let me hear a joke
tell me a funny joke | can I have another joke | say a joke | I need a good laugh
> Why did the slot smile? It was well remembered. | I had a joke about memory, but I forgot it.
I'm happy | I feel great | I'm doing great | I feel good today | today is a good day | I had a great day | I'm fine
I'm good | I'm well | I am so happy today | I'm fine, thanks | good, thanks | life is good | I'm excited
I got good news
I'm very happy | I feel wonderful | I had a lovely day | everything is going well | I'm in a good mood
all is well with me | I'm so excited | I'm in high spirits | my day was great | I feel fantastic | pretty good today
I'm well, thank you | feeling good | I'm really pleased | not bad at all | I'm relaxed | I passed my exam
I'm all right | it was a wonderful day | I had so much fun today
> I'm glad to hear that! | That's great!
I'm sad | I feel bad | I had a bad day | I'm tired | I'm so tired today | I feel lonely | I'm stressed
I'm not feeling well | today was hard | I'm bored | I'm sick | I have a headache | I'm worried | I'm angry
I had a rough day | I am not ok
I feel down | I'm exhausted | I'm not in a good mood | I feel terrible | I'm a bit sad today | I feel awful
I'm having a bad day | my day was awful | I'm so lonely | I'm upset | I'm depressed | nothing works today
I want to cry | I'm feeling low | I'm ill | I caught a cold | my head hurts | I'm so bored | I'm frustrated
everything went wrong today
> I'm sorry to hear that. | I hope you feel better soon.
it's raining | the sun is shining | it's cold today | it's so hot today | nice weather today | it's snowing
what a storm | the weather is lovely | it's windy outside | it is cloudy today | I love this weather
it's foggy this morning
it's a sunny day | it rains all day | it's freezing outside | such nice weather | the weather is awful | it's pouring
it's so warm today | it's boiling hot | it looks like rain | it's a grey day | the sky is blue today
winter is coming | we had a thunderstorm | it finally stopped raining | spring is here | the snow is melting
it's very windy | it's a rainy morning | lovely sunshine today | the sunset is beautiful
> Weather is always worth a word. | I hope the weather suits you.
bye | goodbye | see you | see you later | good night | talk to you later | I have to go | bye bye | see you tomorrow
take care | gotta go | I must go now | until next time | have a nice day
see ya | cya | good night, Mneme | goodbye, Mneme | I'm off | I'm leaving now | time to go | I have to leave | later
catch you later | I'm going to bed | I need to sleep now | that's all for today | so long | farewell | bye for now
see you soon | sleep well | I'll be back | have a good day
> Goodbye! | See you soon!
ok | okay | cool | nice | great | I see | alright | good | fine | wow | awesome | interesting | sure | right | got it
perfect | very good | well done | amazing | that's right | correct | exactly | haha | lol | hmm | oh | aha | good job
that's nice
I understand | makes sense | fair enough | good to know | all right | all right then | sounds good | fantastic
excellent | lovely | brilliant | sweet | okay then | oh, I see | that is interesting | k | I get it | that's cool
very nice | ok, good
> Good! | Okay!
yes | yeah | yep | of course | yes please | yup | sure thing | absolutely | indeed | yes I do | I do
yes, that would be nice | yes, of course | yes, I think so | certainly | definitely | yes, that's fine | ya | uh huh
I think so | yes sir | for sure | yes, exactly | yes, let's | I'd love to | okay, yes | I guess so | yes indeed | y
yes, why not | sure, go ahead
> Okay! | Good!
no | nope | not really | no thanks | never | no thank you | not now | nah | I don't think so | maybe later | maybe
no way, thanks | no, sorry | not today | I'd rather not | no, not yet | not at all | n | I'm not sure | not yet
no, never mind | not right now | certainly not | I don't want to | I don't feel like it | not interested
no, leave it | no, not really | perhaps | perhaps another time | rather not
> Okay, no problem. | All right.
sorry | I'm sorry | my bad | excuse me | oops | pardon me | sorry about that | I apologize
so sorry | I'm very sorry | my mistake | my fault | that was my mistake | forgive me | I didn't mean that | apologies
sorry, wrong button | I beg your pardon | ignore that | that was a typo | sorry for the confusion
sorry about the typo | I made a typo | sorry for being rude | I was wrong, sorry | oh sorry | please forgive me
sorry, my bad
> No problem! | Never mind!
you are nice | I like you | you're funny | you are great | you're smart | you are sweet | good bot | you're the best
I love you | you have a good memory | you remember well | that's impressive
I really like you | you are awesome | you're cute | you are so clever | you're amazing | you are wonderful | nice bot
you're very kind | clever bot | I enjoy talking to you | it's fun to talk to you | you're a good listener
I like talking to you | you're cool | you are lovely | you are so sweet | you're very smart | what a clever little bot
I am impressed | your memory is amazing
> Thank you, that is kind! | Thank you!
you are stupid | you're dumb | I don't like you | you are useless | bad bot | that's wrong | you are wrong
that is not true | you're bad at this | that was a bad answer
you are bad | you're an idiot | you are so dumb | this is nonsense | that makes no sense | I hate you
you're terrible | you're not very smart | you're boring | you know nothing | you are a bad bot | you're rubbish
stupid bot | you got it wrong | you made a mistake | that's nonsense | you're so stupid | I'm disappointed in you
you suck | that's incorrect
> Sorry, I am a very small model. | Sorry about that.
can I ask you something | can I tell you something | I have a question | may I ask a question | let's talk
let's chat | can we talk | I want to talk | I want to tell you something | let me tell you about me | listen
are you there
can I ask a question | I've got a question for you | guess what | you know what | let's have a chat | I need to talk
can I talk to you | may I tell you something | I want to ask you something | I need someone to talk to
I have to tell you something | let me tell you something | can you listen to me | are you listening | let's begin
let's start | are you ready | I'd like to chat | I want to introduce myself | can I tell you a secret
> Of course, go ahead! | Yes, I am listening.
what should we talk about | ask me something | ask me a question | what do you want to know | what shall I tell you
I don't know what to say | say something | talk to me | what now | tell me something
what would you like to know | what do you want to talk about | what do you want to hear | what shall we talk about
any ideas what to talk about | suggest a topic | ask me anything | you can ask me something | your turn to ask
let's talk about something | I don't know what to talk about | what can we talk about | start a conversation
say anything | talk with me a bit | what do I do now | what should I say | what could I tell you | now what
do you want to ask me something
> Tell me something about you! | Tell me about your day!
why | what do you mean | I don't understand | what | really | how so | pardon | can you explain | are you sure | huh
why is that | how come | what does that mean | what do you mean by that | what are you talking about | I'm confused
I don't get it | I don't follow | why do you say that | what did you mean | can you explain that | can you elaborate
why not | how do you mean | can you say that more clearly | are you certain | what's that supposed to mean
are you really sure | that's not clear to me | why do you think so
> Sorry, I can't explain it better. | Sorry, I am a very small model.
test | testing | this is a test | just testing | hello world | one two three | abc | asdf
is this thing on | test test | testing testing | just a test | test message | test 1 2 3 | check check | mic check
hello, is this working | ping | anybody there | foo | qwerty | this is only a test | 123 | blah blah | test one two
another test | trying this out | bla bla bla
> I am here! | Yes, I am listening.
good, and you | I'm fine, and you | fine thanks, and you | I'm good, how about you | very well, and yourself
not bad, and you | great, how are you | I'm well, what about you | good thanks, how are you | all good, and you
okay, and how are you | I'm great, and you | I'm good thanks, and you | pretty good, and you | fine, and yourself
> I'm fine too, thank you! | I'm well too, thanks for asking!
how was your day | how has your day been | how was your weekend | how was your night | how was your morning
what did you do today | what have you been up to | what are you up to | what are you doing | what are you doing today
how did your day go | what did you do yesterday | how's your week | how was your week | what have you done today
> My days are quiet. How was yours? | Nothing much. How was your day?
have a nice weekend | have a great weekend | enjoy your weekend | happy weekend | enjoy the holidays | happy holidays
merry Christmas | happy Christmas | happy New Year | happy Easter | have a lovely evening | enjoy your day
have a great time | all the best | best wishes | happy Halloween | a happy new year to you | enjoy your evening
> Thank you, the same to you! | The same to you!
happy birthday | happy birthday to you | happy birthday, Mneme | best wishes on your birthday | congratulations
congrats | many happy returns | I wish you a happy birthday | all the best on your birthday | cheers to you
congratulations to you | I want to congratulate you
> Thank you, that is kind! | How kind, thank you!
nice to meet you | pleased to meet you | glad to meet you | good to meet you | it's nice to meet you | a pleasure
happy to meet you | it's a pleasure to meet you | nice meeting you | lovely to meet you | great to meet you
it was nice to meet you | nice talking to you | good to see you | nice to see you again | it's good to talk to you
> Nice to meet you too! | The pleasure is mine!
this app is great | cool app | nice app | I like this app | what a nice app | this is a cool program | this is fun
I love this app | this app looks good | your app is beautiful | this is really well made | such a cool project
I like how this looks | the app works well | I enjoy using this | this is so cool
> I'm glad you like it! | Thank you, enjoy it!
what else | and then | go on | continue | please continue | keep going | tell me more | more please | anything else
and what else | what more can you say | please go on | carry on | I want to hear more | what next | go ahead | more
> That was all. Now it's your turn! | That is all I have to say.
you forgot | you forgot it | you forgot what I said | you forgot about it | you didn't remember | I told you already
I already told you that | I told you before | you should know that | you have forgotten it | I just told you
you don't remember that | I said that before | but I told you | you forgot my name | you should remember that
> Sorry, please tell me again. | Sorry, I forgot. Please tell me again.
well remembered | you remembered | you remembered it | yes, that's my name | that's my name | that's me | that is me
you got it right | you remember, great | good memory | yes, you remembered | wow, you remembered | you know it
yes, that is right | right, well remembered | you still know it | nice, you remembered | glad you remember
> I'm glad I remembered! | Good that I kept it!
stop | stop it | please stop | stop that | enough | that's enough | be quiet | shut up | quiet please | leave me alone
stop talking | stop here | quit | stop now | leave it | please be quiet | that will do
> Okay, I will be quiet. | All right, I stop.
wait | wait a moment | hold on | one moment | just a second | one moment please | wait a second | give me a minute
brb | be right back | let me think | hang on | one sec | I'll be right back | wait please | I need to think
just a moment | hold on a second | let me see
> Take your time! | No hurry, I am here.
I am testing you | I'm just trying you out | I'm trying this app | I want to test you | let me test your memory
let's see how good you are | I want to see what you can do | I'm testing your memory | let's see if you remember
I'm just looking around | I'm just curious | I'm new here | this is my first time here | I want to try you
I'm evaluating you | let's play a game | I will test you now
> Go ahead, I will do my best! | Feel free to try me!
can you repeat | can you repeat that | can you say that again | what did you say | what did you just say to me
can you say it once more | once more please | come again | say it again | one more time | please say it again
please repeat your answer | can you repeat your answer | I didn't catch that | what was that | repeat yourself
> Sorry, I see only your current message.
no way | omg | oh my god | oh my | I can't believe it | unbelievable | incredible | you're kidding | seriously
are you kidding | are you serious | really now | what a surprise | that's crazy | that's surprising | oh wow
I didn't expect that | this is unbelievable | wow, that's crazy | I'm surprised | I am speechless
> Surprising, isn't it? | Quite a surprise!
what time of day is it | how late is it | what part of the day is it | do you know what time it is
do you have a clock | can you tell me the time | do you know the time | do you know what day it is
can you see the clock | do you have a calendar | what's the time | do you know the date | can you tell me the date
do you have the time
> I don't know that, I have no clock.
that was funny | that's funny | good one | haha, good one | you made me laugh | hahaha | that's hilarious | very funny
rofl | funny bot | that joke was good | nice joke | good joke | lmao | I had to laugh | that made me smile
> I'm glad you liked it! | It's nice to make you smile!
you already said that | you are repeating yourself | you said that before | you keep saying that | always the same
you always say the same thing | same answer again | stop repeating yourself | you told me that already
you just said that | you say that every time | why do you repeat yourself | why do you always say that
> Sorry, I know only a few answers. | Sorry, I know only a few words.
that's not what I asked | you didn't answer my question | that's not an answer | answer my question | I asked you
please answer my question | that was not my question | you didn't understand me | you misunderstood me
that's not what I meant | you don't understand | I asked something else | do you understand me | can you understand me
you avoid my question
> Sorry, please ask me in other words. | Sorry, please say it in other words.
""")

_REACTIONS = (
    ("greetings", "Hello! | Hi! | Hello, nice to see you! | Hi, how are you?"),
    ("goodbyes", "Goodbye! | See you soon!"),
    ("thanks", "You're welcome! | My pleasure!"),
    ("praise_bot", "Thank you, that is kind! | Thank you!"),
    ("insult_bot", "Sorry, I am a very small model. | Sorry about that."),
    ("how_are_you", "I'm fine, thank you! And you? | I'm well, thanks for asking!"),
    ("agreement", "Good! | Okay!"),
    ("disagreement", "Okay, no problem. | All right."),
    ("laughter", "I'm glad you liked it! | It's nice to make you smile!"),
    ("bored", "Tell me something about you! | Tell me about your day!"),
    ("sad", "I'm sorry to hear that. | I hope you feel better soon."),
    ("happy", "I'm glad to hear that! | That's great!"),
    ("tired", "I hope you can rest soon. | Then rest a little."),
    ("wait", "Take your time! | No hurry, I am here."),
    ("good_night", "Good night! | Sleep well!"),
    ("apology", "No problem! | Never mind!"),
    ("testing", "I am here! | Yes, I am listening."),
    ("surprised", "Surprising, isn't it? | Quite a surprise!"),
)

_SAID = {phrase for said, _ in _HANDWRITTEN for phrase in said}

_WRITTEN = tuple(
    (tuple(said for said in _TALK[kind]["said"] if said not in _SAID), phrases(answers)) for kind, answers in _REACTIONS
)

SMALL_TALK = widened((*_HANDWRITTEN, *_WRITTEN), "reactions")
"""What is said, and what may be answered; the greetings come first."""

REMARKS = phrases("""
I slept badly | I just made some {drink} | there is a {thing} on my desk | I watched a film yesterday
my phone is broken | I cleaned my room | I have a meeting today | the bus was late | I missed my train
we are planning a party | I went for a walk | my friend visited me | I lost my keys | I have an exam tomorrow
I'm on holiday | I'm at work right now | my neighbours are loud | I'm waiting for a friend | I painted the kitchen
the coffee is cold | I went to {place} last year | it's late already | I'm on the train to {place}
it's almost weekend | I have a day off | today is my first day | there was a film about {animal}s on television
I ran out of {drink} | the shop had no {food} today | somebody left a {thing} on the bus
I had a cup of {drink} this morning | my flight was cancelled | the traffic was terrible today
I got a letter from {place} | there was a {sport} match yesterday | I'm waiting for the bus | I got up early today
I overslept this morning | my computer is so slow | the internet was down all day | I just came home
I'm having breakfast | I had a long day at work | I did the laundry today | I'm sitting in the garden
the shops are closed today | the plants need water | my friends are coming over tonight | I cleaned the windows
someone rang the bell | I met an old friend in town | I was at the dentist | I have to wash the dishes
I went shopping this morning | we had {food} at the party | the lift is broken again | I'm watching a series
they sell {thing}s on the market | I listened to a podcast about {place} | I had a glass of {drink} with dinner
my back hurts from {sport}
""") + tuple(_TALK["remarks"]["said"])

REMARK_ANSWERS = phrases("""
That sounds interesting! | Oh, I see! | Thanks for telling me. | I see, tell me more!
""")

OTHER_UNKNOWN = (
    phrases("""
what colour is my front door | what did I do today | what is my phone number
what is my door code
what's in my pocket | how high is my ceiling | what is my email | who rang my doorbell | what is my licence plate
what colour is my bed
where did I go yesterday | what do I want | how much do I weigh
what is my blood type
what is my locker number | what is my library card number | when is my next check-up | what's on my desk
where is my wallet | what's my shirt made of | how many cups did I drink today | where did I leave my jacket
what bus did I take today
what did I talk about yesterday | what am I wearing | what is my passport number | which floor did I park on
what is my plan for today
what did I have for a snack | where did I park | who called me this morning
who is my landline provider | what is my bank account number | where did I put my glasses | what is my tax number
how long is my garden | what time is my lesson | who cut my hair last | what is my wifi password
what colour are my curtains | how much money do I have | what did I read last week
where is my phone | what is in my bag | what did I watch last night
who sat next to me on the bus | when did I get home | how many books do I own | what is my library number
what's in my fridge | what is my postcode | when does my train leave | what colour are my socks
what is my jacket made of | where did I buy my shoes | tell me what I did last weekend
do you know where my wallet is | do you know my locker number
""")
    + tuple(_TALK["never_told"]["asks"])
    + said("never_told")
)
"""Questions about the person that no fact of this data answers."""

OTHER_UNKNOWN_ANSWER = "You haven't told me that yet."
