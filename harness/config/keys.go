package config

import (
	"iter"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"obconform/harness/contract"
)

// Variable is an environment variable and the key that it overrides. A secret
// has two of them, since it names a variable or a file and holds no value.
type Variable struct {
	// Name is the variable's name, for instance OBCONFORM_TARGET_BASE_URL.
	Name string
	// Key is the key, for instance target.baseUrl.
	Key string
	// Member is env or file for a secret, and empty for any other key.
	Member string
}

// Keys lists the dotted keys of all values that a configuration holds, in the
// order of the file. What is written as a list or as a map of free names is one
// key.
func Keys() []string {
	leaves := leavesOf("", reflect.TypeFor[Config]())
	keys := make([]string, len(leaves))
	for i, leaf := range leaves {
		keys[i] = leaf.key
	}
	return keys
}

// EnvName is the environment variable of a key: OBCONFORM_, then the key with
// camelCase split by underscores, dots as underscores, in capitals. A secret's
// variables are those of its members: EnvName(key + ".env") and (key + ".file").
func EnvName(key string) string {
	var name strings.Builder
	name.WriteString(envPrefix)
	for _, c := range key {
		switch {
		case c == '.':
			c = '_'
		case unicode.IsUpper(c):
			name.WriteByte('_')
		}
		name.WriteRune(unicode.ToUpper(c))
	}
	return name.String()
}

// Variables lists every environment variable that overrides a key, in the
// order of Keys.
func Variables() []Variable {
	var variables []Variable
	for _, leaf := range leavesOf("", reflect.TypeFor[Config]()) {
		variables = append(variables, leaf.variables()...)
	}
	return variables
}

// envPrefix begins the name of every variable that is ours.
const envPrefix = "OBCONFORM_"

// leaf is one key and the type of its value.
type leaf struct {
	key string
	typ reflect.Type
}

func (l leaf) variables() []Variable {
	if l.typ != secretType {
		return []Variable{{Name: EnvName(l.key), Key: l.key}}
	}
	var both []Variable
	for _, member := range []string{"env", "file"} {
		both = append(both, Variable{Name: EnvName(l.key + "." + member), Key: l.key, Member: member})
	}
	return both
}

// leavesOf walks a type in the order of its fields. The path groups are keys of
// their own, so that one can be changed without repeating the others.
func leavesOf(key string, typ reflect.Type) []leaf {
	var leaves []leaf
	switch {
	case typ == pathsType:
		for _, group := range pathGroups() {
			leaves = append(leaves, leaf{join(key, string(group)), typ.Elem()})
		}
	case typ.Kind() == reflect.Struct && typ != secretType:
		for field := range keyFields(typ) {
			leaves = append(leaves, leavesOf(join(key, field.Tag.Get("json")), field.Type)...)
		}
	default:
		leaves = append(leaves, leaf{key, typ})
	}
	return leaves
}

// fieldsOf are the fields of a struct, addressable as it is, by their keys.
func fieldsOf(object reflect.Value) map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	for field := range keyFields(object.Type()) {
		fields[field.Tag.Get("json")] = object.FieldByIndex(field.Index)
	}
	return fields
}

// keyFields yields the fields of a struct that are keys: the exported ones.
func keyFields(typ reflect.Type) iter.Seq[reflect.StructField] {
	return func(yield func(reflect.StructField) bool) {
		for i := range typ.NumField() {
			if field := typ.Field(i); field.IsExported() && !yield(field) {
				return
			}
		}
	}
}

// pathGroups lists the groups of the contract, in the order of its operations.
func pathGroups() []contract.PathGroup {
	var groups []contract.PathGroup
	for _, operation := range contract.Operations() {
		if !slices.Contains(groups, operation.Group) {
			groups = append(groups, operation.Group)
		}
	}
	return groups
}

// The types that are read and written in a way of their own.
var (
	secretType   = reflect.TypeFor[Secret]()
	durationType = reflect.TypeFor[Duration]()
	pathsType    = reflect.TypeFor[map[contract.PathGroup]string]()
)

// unavailable lists the keys that belong to the configuration's future and are
// refused by name, since a user who sets one relies on what it does.
func unavailable() []string {
	return []string{
		"target.profile", "tls.keyPassword",
	}
}

// FileKeys lists the keys that name a file of the user's, in the order of Keys.
func FileKeys() []string {
	return slices.DeleteFunc(Keys(), func(key string) bool { return !strings.HasSuffix(key, "File") && key != "waivers" })
}
