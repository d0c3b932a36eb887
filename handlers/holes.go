package handlers

import (
	"errors"
	"fmt"
	"reflect"

	"marketbot/handlers/command"
)

// whole is an error that names what an area lacks: a field that is nil though
// something is called or read through it. Found at start, it is no panic for
// whoever comes first. Settings may be left out, and lists be empty.
func whole(a command.Area) error {
	v := reflect.ValueOf(a)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	return filled(v, v.Type().String())
}

// filled is whole for a value by the name of its way there. What is reached
// through a pointer has seen to itself when it was made.
func filled(v reflect.Value, name string) error {
	switch v.Kind() {
	case reflect.Pointer, reflect.Func, reflect.Interface, reflect.Map, reflect.Chan:
		if v.IsNil() {
			return fmt.Errorf("%s is missing", name)
		}
	case reflect.Struct:
		var errs []error
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if _, setting := f.Tag.Lookup("yaml"); f.IsExported() && !setting {
				errs = append(errs, filled(v.Field(i), name+"."+f.Name))
			}
		}
		return errors.Join(errs...)
	}
	return nil
}
