// Package platformtest is what the stand-ins of chat platforms share, for tests
// only: a [Company] of people whose calls go wrong ([Faults]), whose tokens are
// issued and revoked ([Tokens]), who are sent so much and no more ([Meter]) and
// see it ([Board]); and what tests of an adapter do with one ([Run],
// [Eventually], [Golden]).
//
// It knows no platform: codes, bodies and what is allowed belong to the
// stand-ins. What every adapter must do is chattest's.
package platformtest
