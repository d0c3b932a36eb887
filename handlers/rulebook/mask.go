package rulebook

import (
	"slices"

	"marketbot/handlers/text"
)

// maskedFields are the fields of a customer file that nobody sees without
// giving a reason (C2, C13), of the company and of its persons.
var maskedFields = map[bool][]string{
	false: {"电话"},
	true:  {"电话", "住址", "年龄", "家庭"},
}

// Masked reports whether a field, of a person or of the company, is shown masked
// until somebody gives a reason.
func Masked(field string, ofPerson bool) bool { return slices.Contains(maskedFields[ofPerson], field) }

// MaskField is the value of a masked field, hidden: of phones a little is left
// to tell them apart.
func MaskField(field, value string) string {
	if field != "电话" {
		return text.Hidden
	}
	return text.MaskNumbers(value)
}
