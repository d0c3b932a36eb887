// Package words is how the bot words its own values: days and moments, spans,
// lengths of time, money, people, lists. One wording of each in the whole house,
// so that 11月27日 周五 is written alike on a card, in a reminder and in a file.
//
// Everything is a pure function. It words what the bot means: what people wrote
// is shown as they wrote it (handlers/text cuts and quotes it), and what they
// mean is read by handlers/reading. A sentence that only one area says stays with
// the area.
package words
