package census

// words are what people are made of: of varied length, some with accents, one
// with an apostrophe and one that needs quotes.
type words struct {
	first, last, streets []string
	homes                []string // city, state, ZIP code
	areas                []int    // area codes
}

func newWords() words {
	return words{
		first: []string{
			"Al", "Jo", "Ana", "Eva", "Ian", "José", "Maya", "Ruth", "Omar", "Inés", "Paul", "Keiko", "Lars", "Nguyễn", "Zoë", "Femi",
			"Aaliyah", "Beatriz", "Charles", "Deborah", "Ezekiel", "Florence", "Gabriel", "Hannah", "Isabella", "Jonathan", "Katherine",
			"Lorenzo", "Margaret", "Nathaniel", "Ophelia", "Priyanka", "Quentin", "Rosalinda", "Sebastian", "Theodora", "Alexandria",
			"Bartholomew", "Christopher", "Maria del Carmen",
		},
		last: []string{
			"Ng", "Li", "Cho", "Abara", "Chen", "Smith", "O'Neil", "García", "Kowalski", "Lindqvist", "Smith-Jones", "Johnson", "Williams",
			"Martinez", "Nakamura", "Papadopoulos", "Venkataraman", "Featherstonehaugh", "Müller", "Brown", "Davis", "Wilson", "Anderson",
			"Thompson", "Robinson", "Gutierrez", "Hernandez", "Oyelaran", "Castellanos", "Worthington", "de la Cruz", "\"St. James, Jr.\"",
		},
		streets: []string{
			"Main St", "Oak Ave", "2nd St", "Elm St", "Washington Blvd", "Lake Shore Dr", "Martin Luther King Jr Blvd", "Cedar Ln", "Park Pl",
			"County Road 12", "Old Mill Rd", "Sunset Terrace", "W Maple St", "N Broadway", "State Highway 9", "Peachtree Industrial Blvd",
		},
		homes: []string{
			"Springfield,IL,62701", "Boston,MA,02108", "Washington,DC,20001", "Chicago,IL,60601", "Houston,TX,77002", "Phoenix,AZ,85003",
			"Philadelphia,PA,19102", "San Antonio,TX,78205", "San Diego,CA,92101", "Dallas,TX,75201", "Austin,TX,78701", "Columbus,OH,43215",
			"Fort Worth,TX,76102", "Charlotte,NC,28202", "Indianapolis,IN,46204", "Seattle,WA,98101", "Denver,CO,80202", "Nashville,TN,37201",
			"Oklahoma City,OK,73102", "El Paso,TX,79901", "Portland,OR,97204", "Las Vegas,NV,89101", "Memphis,TN,38103", "Detroit,MI,48226",
			"Baltimore,MD,21202", "Milwaukee,WI,53202", "Albuquerque,NM,87102", "Fresno,CA,93721", "Sacramento,CA,95814", "Mesa,AZ,85201",
			"Kansas City,MO,64106", "Atlanta,GA,30303", "Colorado Springs,CO,80903", "Raleigh,NC,27601", "Omaha,NE,68102", "Miami,FL,33130",
			"Rancho Cucamonga,CA,91730", "Ames,IA,50010", "Bay,AR,72411", "Winchester-on-the-Severn,MD,21409",
		},
		areas: []int{
			201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 229, 231, 234, 239, 240, 248,
			251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 276, 281, 301, 302, 303, 304, 305, 307, 308, 309, 310, 312, 313, 314, 315, 316,
		},
	}
}
