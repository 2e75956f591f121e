package schemas_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	second "github.com/santhosh-tekuri/jsonschema/v6"

	"obconform/harness/jsonschema"
	"obconform/schemas"
)

// opinions holds both validators of one layer.
type opinions struct {
	file  string
	ours  *jsonschema.Schema
	other *second.Schema
}

// agree compares the two on one body and returns whether it is valid.
func (o opinions) agree(t *testing.T, body any) bool {
	t.Helper()
	violations := o.ours.Validate(body)
	err := o.other.Validate(body)
	if (len(violations) == 0) != (err == nil) {
		t.Errorf("%s of %s: ours %v, the other %v", o.file, encode(t, body), violations, err)
	}
	return len(violations) == 0
}

// A second validator, by other hands, agrees on every example.
func TestSecondOpinionOnExamples(t *testing.T) {
	both := secondOpinions(t)
	valid, invalid := 0, 0
	for _, model := range schemas.Models() {
		e := readExamples(t, model)
		for _, example := range append(e.Valid, e.Invalid...) {
			for _, o := range both[model] {
				if o.agree(t, example.Body) {
					valid++
				} else {
					invalid++
				}
			}
		}
	}
	t.Logf("%d verdicts valid, %d invalid", valid, invalid)
	if valid < 100 || invalid < 100 {
		t.Errorf("%d verdicts valid and %d invalid are too few to mean something", valid, invalid)
	}
}

// It agrees on bodies that nobody wrote with a schema in mind, too.
func TestSecondOpinionOnMutations(t *testing.T) {
	const mutations = 5000
	random := rand.New(rand.NewPCG(1, 2))
	both := secondOpinions(t)
	bodies := map[string]examples{}
	models := schemas.Models()
	for _, model := range models {
		bodies[model] = readExamples(t, model)
	}
	invalid := 0
	for range mutations {
		model := models[random.IntN(len(models))]
		from := bodies[model].Valid
		if random.IntN(4) == 0 {
			from = bodies[model].Invalid
		}
		body := mutate(random, decode(t, encode(t, from[random.IntN(len(from))].Body)))
		ok := true
		for _, o := range both[model] {
			ok = o.agree(t, body) && ok
		}
		if !ok {
			invalid++
		}
	}
	t.Logf("%d of %d mutations are invalid", invalid, mutations)
	if invalid < mutations/10 || invalid > mutations*9/10 {
		t.Errorf("%d of %d mutations are invalid: both kinds must occur in numbers", invalid, mutations)
	}
}

// mutate changes one place of a body, chosen at random.
func mutate(random *rand.Rand, value any) any {
	switch v := value.(type) {
	case map[string]any:
		if name, ok := choose(random, v); ok && random.IntN(10) > 0 {
			switch random.IntN(12) {
			case 0:
				delete(v, name)
			case 1:
				v[strings.ToLower(name)] = v[name]
				delete(v, name)
			case 2:
				v[name+"x"] = v[name]
			default:
				v[name] = mutate(random, v[name])
			}
			return v
		}
	case []any:
		if len(v) > 0 && random.IntN(10) > 0 {
			i := random.IntN(len(v))
			switch random.IntN(6) {
			case 0:
				return append(v[:i], v[i+1:]...)
			case 1:
				return append(v, v[i])
			default:
				v[i] = mutate(random, v[i])
			}
			return v
		}
	case string:
		if random.IntN(10) > 2 {
			return mutateText(random, v)
		}
	}
	return []any{nil, true, json.Number("-1"), json.Number("2.5"), json.Number("3.0"), json.Number("99999999999"), "", "x", []any{}, map[string]any{}}[random.IntN(10)]
}

// mutateText changes a string: its case, its length, or what it looks like.
func mutateText(random *rand.Rand, s string) string {
	cut := random.IntN(len(s) + 1)
	switch random.IntN(9) {
	case 0:
		return strings.ToLower(s)
	case 1:
		return strings.ToUpper(s)
	case 2:
		return s + strings.Repeat("é", random.IntN(260))
	case 3:
		return strings.ToValidUTF8(s[:cut], "")
	case 4:
		return strings.ToValidUTF8(s[:cut]+"-"+s[cut:], "")
	case 5:
		return strings.NewReplacer("-05-", "-02-", "-02T", "-30T", "+00:00", "+24:00", "GBP", "gbp").Replace(s)
	case 6:
		return strings.NewReplacer("T", "t", "Z", "z", "+00:00", "Z", "https", "urn").Replace(s)
	case 7:
		return strings.NewReplacer(":00:00", ":59:60", "2024", "2023", "https:", "", "4", "0").Replace(s)
	}
	dates := []string{"2024-02-29T00:00:00Z", "2023-02-29T00:00:00Z", "2024-01-01", "2016-12-31T23:59:60Z", "2024-05-02T00:00:00-23:59", "10.5", "GBP"}
	return dates[random.IntN(len(dates))]
}

// choose picks a member; in alphabetical order, so that a seed means the same
// every time.
func choose(random *rand.Rand, object map[string]any) (string, bool) {
	if len(object) == 0 {
		return "", false
	}
	return slices.Sorted(maps.Keys(object))[random.IntN(len(object))], true
}

func decode(t *testing.T, raw string) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader([]byte(raw)))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

// secondOpinions compiles every layer of every model with both validators.
func secondOpinions(t *testing.T) map[string][]opinions {
	t.Helper()
	compiler := second.NewCompiler()
	compiler.DefaultDraft(second.Draft7)
	compiler.AssertFormat()
	compiler.UseLoader(noLoader{})
	for name, check := range strictFormats {
		compiler.RegisterFormat(&second.Format{Name: name, Validate: func(value any) error {
			if s, ok := value.(string); ok && !check(s) {
				return errors.New("not a " + name)
			}
			return nil
		}})
	}
	ids := map[string]string{}
	err := fs.WalkDir(schemas.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		document := decode(t, encode(t, readSchema(t, name))).(map[string]any)
		ids[name] = document["$id"].(string)
		return compiler.AddResource(ids[name], document)
	})
	if err != nil {
		t.Fatal(err)
	}
	set := newSet(t)
	both := map[string][]opinions{}
	for _, model := range schemas.Models() {
		for _, layer := range schemas.Layers(model) {
			other, err := compiler.Compile(ids[layer.File])
			if err != nil {
				t.Fatal(err)
			}
			ours, err := set.Compile(layer.File)
			if err != nil {
				t.Fatal(err)
			}
			both[model] = append(both[model], opinions{layer.File, ours, other})
		}
	}
	return both
}

// noLoader refuses to fetch anything.
type noLoader struct{}

func (noLoader) Load(address string) (any, error) { return nil, errors.New("fetches " + address) }

// strictFormats repeats the formats by other means than the validator has.
var strictFormats = map[string]func(string) bool{
	"date-time": otherDateTime,
	"uuid":      func(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil },
	"uri": func(s string) bool {
		u, err := url.Parse(s)
		plain := !strings.ContainsAny(s, " <>\"{}|\\^`") && strings.IndexFunc(s, func(r rune) bool { return r < '!' || r > '~' }) < 0
		return err == nil && plain && u.IsAbs() && (u.Host != "" || !strings.HasPrefix(u.Scheme, "http") && u.Path+u.Opaque != "")
	},
}

var offset = regexp.MustCompile(`([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// otherDateTime leaves calendar and clock to the time package, which is lenient
// about offsets and fractions, and knows no leap seconds.
func otherDateTime(s string) bool {
	s = strings.ToUpper(s)
	if !offset.MatchString(s) || strings.Contains(s, ",") || len(s) < len("2006-01-02T15:04:05Z") {
		return false
	}
	leap := s[17:19] == "60"
	if leap {
		s = s[:17] + "59" + s[19:]
	}
	moment, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return false
	}
	moment = moment.UTC()
	return !leap || moment.Hour() == 23 && moment.Minute() == 59
}
