"""Names of people and pets from many cultures; common given names only, no person."""

from __future__ import annotations


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


PEOPLE = _names("""
Alice Bob Anna Tom Emma Jack Lucy Sam Kate Ben Sarah John Mary Peter Paul Laura James Emily Daniel Olivia Henry
Grace Oliver Sophie Charlie Lily George Ella Harry Mia Oscar Chloe Leo Ruby Max Daisy Arthur Hannah Jacob Alex
Chris Pat Robin Taylor Jordan Morgan Casey Jamie Riley Quinn Avery Blake Drew Logan Mason Ethan Noah Liam Lucas
Owen Dylan Ryan Kevin Brian Steve Mark Luke Matthew Andrew Simon Philip Stephen Martin Frank Fred Albert Edward
Edwin Walter Ralph Roger Oskar Hugo Felix Moritz Jonas Lukas Finn Emil Anton Klaus Dieter Jürgen Günther Heidi
Greta Ingrid Anneliese Ursula Sabine Petra Katrin Lena Lea Pierre Jean Luc Marc Antoine Camille Céline Chantal
Élodie Amélie Juliette Manon Margaux Thierry Benoît Guillaume Sylvie Marco Luca Matteo Giulia Chiara Francesca
Giovanni Paolo Alessandra Lorenzo Beatrice Federica Carlos Juan Pablo Diego Mateo Santiago Javier Alejandro
Lucía Sofía Valentina Camila Ximena Isabel Carmen Dolores Guadalupe Xochitl Itzel Citlali Joaquín Rafael João
Tiago Inês Beatriz Thiago Gustavo Fernanda Larissa Bruna Rodrigo Wojciech Agnieszka Katarzyna Małgorzata Zofia
Kasia Piotr Paweł Tomasz Jacek Zbigniew Grzegorz Bogdan Ivan Dmitri Sergei Olga Natasha Svetlana Tatiana Yelena
Boris Vladimir Nikolai Alexei Katya Masha Oksana Taras Bohdan Mykola Petr Jiří Václav Tereza Zuzana Lenka Marek
Milan Jana Dragan Zoran Milica Jelena Goran Luka Ivana Mirjana Ioana Andrei Mihai Elena Radu Bogomil Kalina
Georgi Dimitra Nikos Eleni Yannis Sofia Kostas László Zoltán Eszter Katalin Gergely Mika Jukka Aino Eero Päivi
Tuomas Liisa Lars Sven Astrid Freya Bjørn Håkon Sigrid Solveig Magnus Nils Kirsten Mette Søren Rasmus Aoife
Siobhán Niamh Saoirse Cian Oisín Declan Fiona Callum Eilidh Hamish Isla Rhys Gwen Cerys Angharad Ffion Llewelyn
Myfanwy Rhiannon Emrys Ahmed Mohamed Omar Ali Hassan Hussein Fatima Aisha Layla Noor Yasmin Khalid Tariq Samir
Nadia Zainab Karim Rania Mustafa Emre Mehmet Ayşe Elif Zeynep Deniz Burak Cem Arash Shirin Parisa Darius Farhad
Leila Nasrin David Yael Noa Avi Tamar Eitan Shira Ari Moshe Rivka Priya Rahul Arjun Ananya Deepak Sunita Rohan
Kavya Vikram Lakshmi Sanjay Meera Aditya Neha Ravi Anjali Harpreet Gurpreet Simran Bilal Ayesha Imran Farah
Thandiwe Sipho Nomvula Lerato Thabo Zanele Bongani Nandi Ngozi Chidi Chioma Emeka Adaeze Ifeoma Obinna Amara
Kwame Kofi Ama Akosua Yaw Abena Esi Folake Tunde Yetunde Babatunde Oluwaseun Adebayo Temitope Wanjiru Kamau
Njeri Otieno Achieng Makena Baraka Amina Juma Zuberi Abebe Tigist Dawit Selam Yonas Fatou Mamadou Ousmane Awa
Moussa Aminata Haruki Yuki Sakura Hiroshi Kenji Takeshi Aiko Yumi Naoko Sora Ren Hana Kaito Mei Rin Akira Emiko
Min-jun Ji-woo Seo-yeon Hyun Jisoo Minho Sujin Wei Li Xiu Ying Jing Mei-Ling Xiaoming Hui Lan Chen Zhang Bao
Linh Thuy Minh Huong Duc Tuan Trang Somchai Malee Niran Ploy Putri Budi Dewi Agus Siti Wayan Ketut Jose Maria
Leilani Kai Keanu Malia Tane Aroha Hemi Mere Wiremu Kiri Nayeli Tlaloc Inti Killa Amaru Sisa Aiyana Koda Winona
Sequoia Tala Zuri Imani Jabari Nia Malik Deshawn Latoya Tyrone Keisha Marisol Esperanza Consuelo Ignacio Ramiro
Octavio Renata Paloma Nieves Iker Ainhoa Gorka Nerea Jordi Montserrat Laia Oriol Xavier Xabier Zoe Zelda Zach
Wendy Vera Victor Viola Uma Ulrich Theo Tess Stella Stan Rosa Rita Remy Rachel Nora Nina Nick Molly Miriam
Michael Lydia Louis Lisa Linda Leon Kim Karen Julia Joel Joan Jessica Jenny Ivy Isaac Iris Ian Hugh Helen Hazel
Gabriel Flora Eve Esther Eric Elsa Eleanor Elias Edith Dora Diana Dennis Clara Claire Carl Bella Barbara Ashley
Arnold Angela Amy Amber Alan Agnes Adam Abigail Natalie Rebecca Samantha Nathan Justin Brandon Zachary Caleb
Joshua Madison Hailey Kayla
""")

SURNAMES = _names("""
Smith Jones Brown Taylor Wilson Baker Clark Hill Green King Wood Moore Reed Cole Fisher Stone Novak Kowalski
Nowak Ivanov Petrov Müller Schmidt Weber Fischer Rossi Russo Ferrari García López Torres Silva Santos Pereira
Dubois Laurent Moreau Jansen Visser Larsen Nilsen Virtanen Okafor Mensah Diallo Mwangi Ndlovu Khan Patel Sharma
Singh Tanaka Sato Suzuki Kim Park Lee Wang Chen Tran Pham Santoso Cohen Levi Haddad Aziz Demir Yilmaz Papadakis
Popescu Horvat Nagy
""")

PETS = _names("""
Rex Luna Bella Buddy Milo Coco Max Charlie Rocky Daisy Lola Toby Oscar Simba Nala Felix Tiger Smokey Shadow
Ginger Pepper Biscuit Cookie Muffin Peanut Pumpkin Honey Sugar Mochi Sushi Noodle Pickle Waffle Nacho Taco Bean
Olive Basil Clover Willow Maple Hazel Rusty Dusty Scout Hunter Ranger Duke Prince Princess Queenie Duchess Bruno
Otto Gizmo Pixel Widget Turbo Rocket Comet Star Sky Storm Thunder Misty Snowy Snowball Fluffy Whiskers Mittens
Socks Boots Patch Spot Domino Oreo Panda Bear Wolf Foxy Bunny Thumper Hoppy Nibbles Squeaky Chip Dash Zippy Bolt
Flash Ziggy Bowie Elvis Ringo Mozart Figaro Romeo Juliet Zeus Apollo Athena Hera Thor Loki Odin Freya Merlin
Gandalf Frodo Yoda Chewie Kiwi Mango Papaya Cherry Berry Apple Plum Peaches Button Ruffles Jellybean Marble
Pebble Rocco Bandit Rascal Teddy Fido Azor Burek Mruczek Pusheen Kuro Shiro Momo Tama Hachi Bobik Murka Barsik
Chispa Canela Nube Bigotes Minou Filou Mimi
""")
