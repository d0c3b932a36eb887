package ledger

import "crypto/rand"

// NewTrace is a new trace code: six letters and digits that nobody can guess.
func NewTrace() string {
	const fair = 256 / len(codeLetters) * len(codeLetters) // bytes above would favour some letters
	var code, b [6]byte
	for i := 0; i < len(code); {
		rand.Read(b[:]) // never fails (crypto/rand)
		for _, v := range b {
			if int(v) < fair && i < len(code) {
				code[i] = codeLetters[int(v)%len(codeLetters)]
				i++
			}
		}
	}
	return string(code[:])
}
