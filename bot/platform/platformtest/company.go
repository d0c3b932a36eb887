package platformtest

// Company is what every stand-in of a platform's API has: people, tokens, what
// they see, and what goes wrong. The zero value is an empty one.
type Company struct {
	Faults
	People
	Tokens
	Board
	IDs  Serial
	Rate Meter // of what is sent
}
