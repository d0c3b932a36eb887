// Package platformtest is what the stand-ins of chat platforms share, for tests
// only: calls that go wrong ([Faults]), tokens that are issued and revoked
// ([Tokens]), limits ([Meter]), what stands on people's screens ([Board]), and
// what tests of an adapter do with one ([Run], [Eventually], [Golden]).
//
// It knows no platform: codes, bodies and what is allowed belong to the
// stand-ins. What every adapter must do is chattest's.
package platformtest
