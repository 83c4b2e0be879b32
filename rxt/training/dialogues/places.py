"""Cities and countries of the world."""

from __future__ import annotations


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.replace("\n", " ").split(",") if name.strip())


CITIES = _names("""
London, Paris, Rome, Berlin, Madrid, Lisbon, Vienna, Prague, Warsaw, Krakow, Budapest, Athens, Dublin, Edinburgh,
Glasgow, Manchester, Liverpool, Bristol, Leeds, Cardiff, Swansea, Belfast, Cork, Galway, Oslo, Bergen, Stockholm,
Gothenburg, Malmö, Copenhagen, Aarhus, Helsinki, Tampere, Turku, Tallinn, Riga, Vilnius, Kaunas, Minsk, Kyiv, Lviv,
Odesa, Kharkiv, Moscow, Kazan, Bucharest, Cluj, Sofia, Plovdiv, Belgrade, Zagreb, Split, Ljubljana, Sarajevo, Skopje,
Tirana, Bratislava, Brno, Ostrava, Wroclaw, Gdansk, Poznan, Łódź, Katowice, Munich, Hamburg, Cologne, Frankfurt,
Stuttgart, Leipzig, Dresden, Bremen, Zurich, Geneva, Basel, Bern, Salzburg, Graz, Innsbruck, Milan, Naples, Turin,
Venice, Florence, Bologna, Palermo, Genoa, Verona, Pisa, Bari, Barcelona, Valencia, Seville, Bilbao, Granada, Malaga,
Zaragoza, Porto, Braga, Coimbra, Lyon, Marseille, Nice, Toulouse, Bordeaux, Nantes, Lille, Strasbourg, Rennes, Brussels,
Antwerp, Ghent, Amsterdam, Rotterdam, Utrecht, Eindhoven, Luxembourg, Reykjavik, Istanbul, Ankara, Izmir, Cairo,
Alexandria, Tunis, Algiers, Casablanca, Rabat, Marrakesh, Fez, Dakar, Accra, Kumasi, Lagos, Abuja, Ibadan, Kano,
Nairobi, Mombasa, Kampala, Kigali, Addis Ababa, Dar es Salaam, Lusaka, Harare, Johannesburg, Cape Town, Durban,
Pretoria, Maputo, Luanda, Kinshasa, Antananarivo, Jerusalem, Tel Aviv, Haifa, Beirut, Amman, Damascus, Baghdad, Tehran,
Isfahan, Shiraz, Dubai, Doha, Muscat, Riyadh, Kabul, Tashkent, Samarkand, Almaty, Bishkek, Tbilisi, Yerevan, Baku,
Karachi, Lahore, Islamabad, Delhi, Mumbai, Pune, Bangalore, Chennai, Kolkata, Hyderabad, Jaipur, Kochi, Dhaka,
Kathmandu, Colombo, Bangkok, Chiang Mai, Hanoi, Da Nang, Saigon, Phnom Penh, Yangon, Kuala Lumpur, Penang, Singapore,
Jakarta, Bandung, Surabaya, Manila, Cebu, Hong Kong, Taipei, Beijing, Shanghai, Shenzhen, Chengdu, Wuhan, Xi'an, Seoul,
Busan, Daegu, Tokyo, Osaka, Kyoto, Nagoya, Sapporo, Fukuoka, Kobe, Sendai, Ulaanbaatar, Sydney, Melbourne, Brisbane,
Perth, Adelaide, Hobart, Canberra, Auckland, Wellington, Christchurch, Dunedin, Honolulu, Anchorage, Vancouver,
Calgary, Edmonton, Winnipeg, Toronto, Ottawa, Montreal, Quebec, Halifax, New York, Boston, Chicago, Detroit, Denver,
Seattle, Portland, San Francisco, Los Angeles, San Diego, Las Vegas, Phoenix, Dallas, Houston, Austin, New Orleans,
Atlanta, Miami, Orlando, Nashville, Memphis, Philadelphia, Pittsburgh, Baltimore, Washington, Cleveland, Minneapolis,
Salt Lake City, Mexico City, Guadalajara, Monterrey, Puebla, Oaxaca, Havana, Kingston, San Juan, Santo Domingo,
Guatemala City, San José, Panama City, Bogotá, Medellín, Cali, Quito, Guayaquil, Lima, Cusco, La Paz, Santiago,
Valparaíso, Buenos Aires, Córdoba, Rosario, Mendoza, Montevideo, Asunción, São Paulo, Rio de Janeiro, Brasília, Recife,
Salvador, Curitiba, Manaus, Caracas, Springfield, Oxford, Cambridge, York, Bath, Brighton, Norwich, Exeter, Inverness
""")

COUNTRIES = _names("""
Poland, Italy, France, Germany, Spain, Portugal, England, Scotland, Wales, Ireland, Norway, Sweden, Denmark, Finland,
Iceland, Estonia, Latvia, Lithuania, Ukraine, Belarus, Russia, Czechia, Slovakia, Hungary, Austria, Switzerland,
Belgium, Slovenia, Croatia, Serbia, Bosnia, Albania, Greece, Bulgaria, Romania, Moldova, Turkey, Cyprus, Malta, Egypt,
Morocco, Algeria, Tunisia, Senegal, Mali, Ghana, Nigeria, Cameroon, Kenya, Uganda, Rwanda, Ethiopia, Tanzania, Zambia,
Zimbabwe, Botswana, Namibia, South Africa, Mozambique, Angola, Madagascar, Israel, Lebanon, Jordan, Syria, Iraq, Iran,
Oman, Qatar, Afghanistan, Uzbekistan, Kazakhstan, Georgia, Armenia, Azerbaijan, Pakistan, India, Bangladesh, Nepal,
Bhutan, Sri Lanka, Thailand, Vietnam, Cambodia, Laos, Malaysia, Indonesia, the Philippines, China, Taiwan, Japan,
South Korea, Mongolia, Australia, New Zealand, Fiji, Samoa, Canada, the USA, Mexico, Cuba, Jamaica, Haiti, Guatemala,
Honduras, Costa Rica, Panama, Colombia, Ecuador, Peru, Bolivia, Chile, Argentina, Uruguay, Paraguay, Brazil, Venezuela
""")
