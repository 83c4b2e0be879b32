"""What people are, do, like and own: lists of common words, and parts that combine to more than any list holds."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.replace("\n", " ").split(",") if word.strip())


JOBS = _words("""
nurse, doctor, teacher, baker, chef, cook, waiter, barber, hairdresser, plumber, electrician, carpenter, painter,
mechanic, driver, bus driver, truck driver, taxi driver, pilot, flight attendant, sailor, fisherman, farmer, gardener,
florist, butcher, tailor, shoemaker, jeweller, potter, blacksmith, welder, builder, bricklayer, roofer, architect,
engineer, civil engineer, software engineer, programmer, web developer, data scientist, designer, graphic designer,
photographer, film maker, actor, singer, musician, composer, dancer, writer, poet, journalist, editor, translator,
librarian, historian, archaeologist, biologist, chemist, physicist, mathematician, astronomer, geologist, economist,
accountant, banker, cashier, shop assistant, manager, project manager, secretary, receptionist, lawyer, judge,
police officer, firefighter, paramedic, soldier, postman, courier, cleaner, janitor, security guard, lifeguard, coach,
personal trainer, yoga teacher, piano teacher, vet, dentist, surgeon, pharmacist, midwife, therapist, psychologist,
optician, social worker, student, tour guide, travel agent, hotel manager, barista, bartender, brewer, winemaker,
beekeeper, zookeeper, dog walker, nanny, kindergarten teacher, professor, researcher, lab technician, tester,
game designer, illustrator, tattoo artist, sculptor, stage manager, sound engineer, radio host, puppeteer, clown,
magician, locksmith, watchmaker, bookbinder, librarian, miner, crane operator, train driver, surveyor, forester
""")
JOB_THINGS = _words("""
violin, guitar, piano, bike, boat, clock, lamp, toy, map, garden, forest, river, bird, horse, cheese, chocolate, tea,
coffee, wine, bread, carpet, glass, paper, bridge, tunnel, robot, drone, satellite, radio, museum, theatre, costume,
shoe, hat, furniture, roof, window, road, airport, harbour, hotel, school, hospital, sports, fashion, game, film, food
""")
JOB_ROLES = _words("""
maker, builder, designer, inspector, seller, planner, manager, expert, teacher, repairer, tester, painter, guide,
researcher, technician, critic, buyer, restorer, consultant, engineer
""")

HOBBIES = _words("""
painting, drawing, reading, writing, cooking, baking, gardening, fishing, hiking, climbing, running, swimming, cycling,
sailing, surfing, skiing, skating, dancing, singing, knitting, sewing, pottery, photography, chess, board games,
video games, card games, crosswords, sudoku, yoga, karate, judo, boxing, fencing, archery, football, basketball, tennis,
volleyball, badminton, table tennis, golf, rugby, hockey, bird watching, stargazing, astronomy, camping, travelling,
woodworking, model trains, origami, calligraphy, magic tricks, juggling, collecting stamps, collecting coins,
playing the guitar, playing the piano, playing the drums, watching films, listening to music, horse riding, diving,
kayaking, rowing, skateboarding, beekeeping, brewing beer, embroidery, crochet, geocaching, blogging, podcasting,
programming, robotics, flying kites, flying drones, scrapbooking, jigsaw puzzles, mushroom picking, geology, poetry
""")
HOBBY_DOINGS = _words("collecting, painting, drawing, photographing, repairing, making, building, carving, studying")
HOBBY_THINGS = _words("""
stamps, coins, birds, boats, old clocks, teapots, postcards, shells, stones, maps, trains, lamps, toys, masks, candles,
radios, bottles, buttons, spoons, bridges, trees, flowers, mushrooms, insects, butterflies, castles, kites, robots,
guitars, puppets, dolls, dragons, vases, baskets, soap, jewellery, bicycles, old books, comics, records, hats, keys
""")

COLOURS = _words("""
red, blue, green, yellow, orange, purple, pink, brown, black, white, grey, gold, silver, turquoise, violet, indigo,
teal, navy, beige, cream, maroon, crimson, scarlet, magenta, cyan, lime, olive, mint, coral, peach, lavender, lilac,
burgundy, amber, bronze, copper, emerald, ruby, sapphire, khaki, ivory, mustard, salmon, plum, aqua
""")
COLOUR_SHADES = _words("dark, light, pale, deep, bright")

FOODS = _words("""
pizza, pasta, sushi, ramen, tacos, burgers, fries, salad, soup, bread, cheese, chocolate, ice cream, pancakes, waffles,
lasagna, risotto, gnocchi, pierogi, bigos, goulash, schnitzel, paella, tapas, gazpacho, curry, biryani, samosas, dal,
naan, dumplings, spring rolls, fried rice, noodles, pad thai, pho, kimchi, bibimbap, tempura, teriyaki, falafel, hummus,
kebab, shawarma, couscous, tagine, jollof rice, fufu, injera, pounded yam, plantain, ceviche, empanadas, arepas,
tamales, burritos, quesadillas, nachos, guacamole, chili, mac and cheese, hot dogs, steak, roast chicken,
fish and chips,
shepherd's pie, haggis, porridge, omelette, scrambled eggs, bacon, sausages, mushrooms, potatoes, carrots, broccoli,
spinach, tomatoes, corn, beans, lentils, tofu, rice, apples, bananas, mangoes, strawberries, cherries, grapes, oranges,
watermelon, pineapple, peaches, pears, blueberries, apple pie, cheesecake, brownies, cookies, donuts, croissants,
bagels, muffins, tiramisu, baklava, borscht, moussaka, souvlaki, fondue, raclette, quiche, ratatouille, crepes, popcorn
""")
FOOD_KINDS = _words("spicy, fried, grilled, baked, sweet, roasted, smoked, stuffed, creamy, crispy")
FOOD_THINGS = _words("""
tofu, pumpkin, salmon, chicken, mushroom, tomato, onion, lentil, potato, cheese, apple, cherry, lemon, bean, corn,
spinach, carrot, fish, shrimp, duck, turkey, plum, walnut, pepper, cabbage, aubergine, leek, rice, beef, egg
""")
FOOD_DISHES = _words("soup, pie, salad, curry, stew, cake, rolls, noodles, rice, bread, dumplings, wraps, tart")

DRINKS = _words("""
tea, coffee, water, milk, hot chocolate, cocoa, lemonade, orange juice, apple juice, green tea, black tea, mint tea,
iced tea, espresso, cappuccino, latte, mocha, cola, ginger ale, root beer, tonic water, sparkling water, coconut water,
tomato juice, mango lassi, kombucha, kefir, beer, cider, red wine, white wine, champagne, whisky, rum, gin, vodka, sake,
mate, horchata, chai, matcha, bubble tea, oat milk, soy milk, smoothies, milkshakes, cranberry juice, grape juice
""")

ANIMALS = _words("""
dog, cat, horse, cow, pig, sheep, goat, rabbit, hamster, mouse, fox, wolf, bear, deer, moose, elephant, lion, tiger,
leopard, cheetah, giraffe, zebra, hippo, rhino, monkey, gorilla, panda, koala, kangaroo, penguin, owl, eagle, falcon,
parrot, swan, duck, crow, raven, dolphin, whale, shark, octopus, seal, otter, beaver, badger, hedgehog, squirrel, bat,
turtle, frog, snake, lizard, gecko, crocodile, camel, llama, alpaca, sloth, capybara, lynx, jaguar, puma, red panda,
polar bear, snow leopard, bee, butterfly, flamingo, peacock, hummingbird, platypus, axolotl, meerkat, lemur, walrus
""")

MUSIC = _words("""
jazz, rock, pop, blues, folk, metal, punk, techno, house, trance, disco, funk, soul, gospel, reggae, ska, salsa, samba,
bossa nova, tango, flamenco, fado, opera, classical music, baroque music, hip hop, rap, country, bluegrass, swing,
ambient, grunge, indie rock, hard rock, heavy metal, death metal, synth pop, K-pop, J-pop, afrobeat, highlife, cumbia,
choir music, film music, piano music, lo-fi, drum and bass, dubstep, rhythm and blues, new wave
""")

BOOKS = _words("""
Dracula, Emma, Dune, Hamlet, Macbeth, Frankenstein, Don Quixote, Moby Dick, Treasure Island, Robinson Crusoe,
The Odyssey,
The Iliad, War and Peace, Jane Eyre, Little Women, Black Beauty, Peter Pan, Pinocchio, Heidi, Ulysses, Middlemarch,
Great Expectations, Oliver Twist, David Copperfield, The Hobbit, The Trial, The Castle, Candide, Faust, Solaris,
The Time Machine, The Jungle Book, The Secret Garden, Pride and Prejudice, Wuthering Heights, Les Misérables, Othello
""")
BOOK_KINDS = _words("""
Silent, Golden, Broken, Hidden, Last, Lost, Crooked, Silver, Empty, Burning, Frozen, Distant, Blue, Red, Secret, Quiet
""")
BOOK_THINGS = _words("""
River, Garden, Tower, Lantern, Island, Mirror, Forest, Winter, Harbour, Clock, Bridge, Kingdom, Letter, Road, Door, Sea
""")

CARS = _words("""
Toyota, Honda, Ford, Fiat, Volvo, Skoda, Dacia, Renault, Peugeot, Citroën, Opel, BMW, Audi, Mercedes, Volkswagen, Mini,
Mazda, Nissan, Subaru, Suzuki, Mitsubishi, Kia, Hyundai, Tesla, Jeep, Chevrolet, Dodge, Jaguar, Land Rover, Porsche,
Ferrari, Lada, Trabant, Saab, Seat, Lexus, Beetle, Civic, Corolla, Golf, Polo, Clio, Panda, Fiesta, Focus, Octavia
""")

LANGUAGES = _words("""
English, Spanish, French, German, Italian, Portuguese, Polish, Czech, Slovak, Russian, Ukrainian, Greek, Latin, Turkish,
Arabic, Hebrew, Persian, Hindi, Urdu, Bengali, Tamil, Telugu, Punjabi, Nepali, Thai, Vietnamese, Khmer, Malay,
Indonesian, Tagalog, Chinese, Mandarin, Cantonese, Japanese, Korean, Mongolian, Swahili, Zulu, Xhosa, Yoruba, Igbo,
Hausa, Amharic, Somali, Dutch, Danish, Swedish, Norwegian, Finnish, Icelandic, Estonian, Latvian, Lithuanian, Hungarian,
Romanian, Bulgarian, Serbian, Croatian, Albanian, Georgian, Armenian, Welsh, Irish, Basque, Catalan, Esperanto, Maori
""")

SPORTS = _words("""
football, soccer, basketball, tennis, volleyball, rugby, cricket, baseball, hockey, ice hockey, golf, swimming, running,
cycling, rowing, sailing, skiing, snowboarding, skating, boxing, judo, karate, wrestling, fencing, archery, badminton,
table tennis, squash, handball, water polo, surfing, climbing, gymnastics, athletics, darts, bowling, lacrosse, curling
""")

INSTRUMENTS = _words("""
guitar, piano, violin, cello, viola, double bass, flute, clarinet, oboe, bassoon, saxophone, trumpet, trombone, tuba,
horn, drums, harp, accordion, banjo, mandolin, ukulele, bass guitar, harmonica, organ, bagpipes, sitar, oud, kora,
recorder, xylophone, marimba, lute, balalaika, didgeridoo, tin whistle, theremin
""")

OBJECTS = _words("""
banana, lantern, umbrella, teapot, pickle, button, candle, mirror, marble, pebble, rocket, ladder, hammer, pillow,
blanket, basket, bottle, saddle, feather, pumpkin, walnut, cactus, tulip, maple, acorn, comet, planet, meteor, galaxy,
volcano, island, desert, glacier, canyon, harbor, castle, bridge, tunnel, tower, cottage, windmill, compass, anchor,
trumpet, violin, puzzle, ribbon, velvet, copper, crystal, emerald, thunder, blizzard, rainbow, shadow, dragon, unicorn,
wizard, pirate, ninja, robot, penguin, dolphin, falcon, beetle, cricket, spider, octopus, walrus, biscuit, noodle,
waffle, mustard, pepper, cinnamon, saffron, ginger, almond, cherry, mango, papaya, zebra, yoyo, zipper, quilt, kettle
""")

PET_KINDS = _words("""
parrot, turtle, goldfish, guinea pig, snake, lizard, gecko, ferret, canary, budgie, tortoise, pony, donkey, goat, duck,
chicken, mouse, rat, spider, frog, chinchilla, hedgehog, cockatoo, iguana, sheep
""")

SEASONS = ("spring", "summer", "autumn", "winter")

MONTHS = _words("""
January, February, March, April, May, June, July, August, September, October, November, December
""")

FLOWERS = _words("""
rose, tulip, daisy, lily, orchid, sunflower, daffodil, iris, poppy, violet, peony, dahlia, jasmine, lavender, marigold,
carnation, hyacinth, snowdrop, crocus, lotus, magnolia, hibiscus, primrose, bluebell, lilac, camellia, begonia, pansy
""")
FRUITS = _words("""
apple, banana, mango, strawberry, cherry, grape, orange, watermelon, pineapple, peach, pear, blueberry, plum, kiwi,
lemon, lime, papaya, fig, date, apricot, raspberry, blackberry, melon, coconut, pomegranate, lychee, guava, grapefruit
""")
VEGETABLES = _words("""
carrot, potato, tomato, onion, broccoli, spinach, cabbage, cucumber, pumpkin, leek, pea, bean, corn, beetroot, celery,
aubergine, courgette, cauliflower, asparagus, radish, turnip, kale, lettuce, artichoke, sweet potato, mushroom, parsnip
""")
DESSERTS = _words("""
apple pie, cheesecake, tiramisu, brownies, ice cream, pancakes, chocolate cake, carrot cake, panna cotta, baklava,
crème brûlée, waffles, donuts, pudding, custard, mousse, trifle, macarons, meringue, sorbet, gelato, strudel,
lemon tart, brownie sundae, churros, profiteroles, fudge, flan, rice pudding, cupcakes, gingerbread,
doughnuts, marzipan, eclairs
""")
SUBJECTS = _words("""
maths, physics, chemistry, biology, history, geography, law, medicine, economics, philosophy, psychology, linguistics,
computer science, engineering, architecture, art history, music, literature, sociology, politics, astronomy, geology,
nursing, journalism, design, business, archaeology, theology, robotics, statistics, marketing, ecology, education
""")
SIGNS = _words("Aries, Taurus, Gemini, Cancer, Leo, Virgo, Libra, Scorpio, Sagittarius, Capricorn, Aquarius, Pisces")
WEEKDAYS = _words("Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday")
GAMES = _words("""
chess, Tetris, Monopoly, Scrabble, poker, Minecraft, backgammon, checkers, dominoes, Mario, Zelda, Pac-Man, solitaire,
Catan, Risk, Cluedo, Jenga, Uno, bridge, Go, mahjong, hide and seek, Pong, Snake, bingo, hangman, charades, Doom,
Pictionary, Carcassonne, Stratego, rummy, canasta, Othello, Yahtzee, Sudoku Battle, Portal, Civilization, The Sims
""")
BIRDS = _words("""
robin, sparrow, owl, eagle, falcon, parrot, swan, duck, crow, raven, magpie, blackbird, nightingale, kingfisher, heron,
stork, pelican, puffin, flamingo, peacock, hummingbird, woodpecker, swallow, wren, finch, pigeon, seagull, kestrel,
ostrich, emu, toucan, starling, cuckoo, quail, pheasant, turkey, buzzard, osprey, ibis, crane, lark, thrush, jay
""")
TREES = _words("""
oak, birch, pine, maple, willow, beech, ash, elm, cedar, poplar, chestnut, cherry tree, apple tree, olive tree, palm,
fir, spruce, larch, linden, yew, cypress, redwood, eucalyptus, acacia, baobab, sycamore,
juniper, plane tree, mahogany, teak, elder, holly, walnut tree, hazel, alder, rowan, ginkgo
""")
COMPANY_ENDS = _words("""
Media, Labs, Foods, Bank, Motors, Books, Studio, Systems, House, United, Rovers, City, Academy, College
""")
STREET_ENDS = _words("Street, Road, Lane, Avenue, Way, Square, Hill, Close, Gardens, Row")
STREET_NAMES = _words("""
Oak, Maple, Station, Church, Mill, Park, High, Green, River, King, Queen, Bridge, Market, Garden, Castle, Forest, Lake,
Elm, Cherry, School, Harbour, Tower, Spring, North, South, Baker, Abbey, Rose, Hazel, Orchard, Valley, Meadow
""")
COMPANIES = _words("""
Google, Microsoft, Apple, Amazon, IKEA, Siemens, Bosch, Nokia, Sony, Samsung, Toyota, Airbus, Boeing, Intel, Lego,
Spotify, Netflix, Lidl, Tesco, Nestlé, Philips, Shell, Oxford, Harvard, Cambridge, Arsenal, Liverpool, Barcelona,
Real Madrid, Juventus, Ajax, Chelsea, Celtic, Benfica
""")
