package openapi_test

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/jsonschema"
	"obconform/harness/openapi"
	"obconform/schemas"
)

type object = map[string]any

func read(t *testing.T, options openapi.Options) object {
	t.Helper()
	data, err := openapi.Document(options)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var document object
	if err := decoder.Decode(&document); err != nil {
		t.Fatal(err)
	}
	return document
}

// at is the value at a path of names, nil where there is none.
func at(value any, names ...string) any {
	for _, name := range names {
		members, _ := value.(object)
		value = members[name]
	}
	return value
}

// described finds an operation by its name.
func described(t *testing.T, document object, id contract.OperationID) (path string, operation object) {
	t.Helper()
	for path, item := range document["paths"].(object) {
		for _, operation := range item.(object) {
			if at(operation, "operationId") == string(id) {
				return path, operation.(object)
			}
		}
	}
	t.Fatalf("there is no operation %s", id)
	return "", nil
}

func TestEveryDocumentedAnswerIsDescribed(t *testing.T) {
	document := read(t, openapi.Options{})
	pairs := 0
	for _, op := range contract.Operations() {
		_, operation := described(t, document, op.ID)
		for _, answer := range op.Answers {
			response := at(operation, "responses", strconv.Itoa(answer.Status))
			if response == nil {
				t.Errorf("%s: the answer %d is missing", op.ID, answer.Status)
				continue
			}
			pairs++
			for _, header := range answer.Headers {
				if required := at(response, "headers", header.Name, "required"); required != (header.Level != contract.Adv) {
					t.Errorf("%s %d: the header %s is required: %v, at the level %s", op.ID, answer.Status, header.Name, required, header.Level)
				}
			}
			bodied := at(response, "content") != nil
			if documented := answer.Model != "" || op.ID == contract.GetDiscovery; bodied != documented {
				t.Errorf("%s %d: a body is described: %v, documented: %v", op.ID, answer.Status, bodied, documented)
			}
		}
		if got := len(at(operation, "responses").(object)); got != len(op.Answers) {
			t.Errorf("%s: %d answers are described, %d documented", op.ID, got, len(op.Answers))
		}
		if has := at(operation, "requestBody") != nil; has != (op.RequestModel != "") {
			t.Errorf("%s: a request body is described: %v", op.ID, has)
		}
		if open, secured := op.ID == contract.GetDiscovery, len(operation["security"].([]any)) > 0; open == secured {
			t.Errorf("%s: it asks for credentials: %v", op.ID, secured)
		}
	}
	if pairs != 118 {
		t.Errorf("%d answers are described, expected 118", pairs)
	}
}

// An example that a mock hands out is held against every layer of its model,
// advice included, and its links lead to where it was read.
func TestExamplesAreValid(t *testing.T) {
	const server = "http://127.0.0.1:4010"
	document := read(t, openapi.Options{Server: server})
	set, err := jsonschema.NewSet(schemas.FS())
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, op := range contract.Operations() {
		path, operation := described(t, document, op.ID)
		for _, answer := range op.Answers {
			if answer.Model == "" {
				continue
			}
			example := at(operation, "responses", strconv.Itoa(answer.Status), "content", "application/json", "example")
			for _, layer := range schemas.Layers(answer.Model) {
				schema, err := set.Compile(layer.File)
				if err != nil {
					t.Fatal(err)
				}
				for _, violation := range schema.Validate(example) {
					t.Errorf("%s %d: the example breaches %s: %v", op.ID, answer.Status, layer.File, violation)
				}
				checked++
			}
			self, linked := at(example, "Links", "Self").(string)
			base, _, _ := strings.Cut(path, "{")
			if linked && (!strings.HasPrefix(self, server+base) || strings.Contains(path, "{") && self == server+base) {
				t.Errorf("%s: Links.Self is %q", op.ID, self)
			}
		}
	}
	if checked < 50 {
		t.Errorf("only %d examples were held against a schema", checked)
	}
}

func TestReferencesResolve(t *testing.T) {
	document := read(t, openapi.Options{Endpoints: true})
	used := map[string]bool{}
	var walk func(node any)
	walk = func(node any) {
		switch value := node.(type) {
		case object:
			if target, ok := value["$ref"].(string); ok {
				used[target] = true
				names := strings.Split(strings.TrimPrefix(target, "#/"), "/")
				if at(document, names...) == nil {
					t.Errorf("nothing is at %s", target)
				}
			}
			for _, child := range value {
				walk(child)
			}
		case []any:
			for _, child := range value {
				walk(child)
			}
		}
	}
	walk(document)
	for name := range at(document, "components", "schemas").(object) {
		if !used["#/components/schemas/"+name] {
			t.Errorf("the component %s is of no use to anybody", name)
		}
	}
}

func TestDocumentIsTheSameEachTime(t *testing.T) {
	first, err := openapi.Document(openapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	second, err := openapi.Document(openapi.Options{})
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("two documents differ: %v", err)
	}
}

func TestEndpointsAreAddedOnlyWhenAskedFor(t *testing.T) {
	for _, asked := range []bool{false, true} {
		document := read(t, openapi.Options{Endpoints: asked})
		paths := document["paths"].(object)
		if _, there := paths["/oauth2/token"]; there != asked {
			t.Errorf("the token endpoint is there: %v, asked for: %v", there, asked)
		}
		if want := map[bool]int{false: 10, true: 12}[asked]; len(paths) != want {
			t.Errorf("%d paths, expected %d", len(paths), want)
		}
		discovery := at(paths, "/open-banking/v3.0/.well-known/openid-configuration", "get", "responses", "200", "content", "application/json", "example")
		if at(discovery, "token_endpoint") != openapi.Sandbox+"/oauth2/token" {
			t.Errorf("discovery names the token endpoint %v", at(discovery, "token_endpoint"))
		}
	}
}

func TestServerThatIsNone(t *testing.T) {
	for _, server := range []string{"bank.example", "ftp://bank.example", "https://", "https://bank.example/", "https://bank.example?a=b",
		"https://bank.example#a", "https://user@bank.example", "https://bank.example:port"} {
		if _, err := openapi.Document(openapi.Options{Server: server}); err == nil || !strings.Contains(err.Error(), "expected an http or https address") {
			t.Errorf("%q: %v", server, err)
		}
	}
	document := read(t, openapi.Options{Server: "https://bank.example/api"})
	if servers := document["servers"].([]any); len(servers) != 1 || at(servers[0], "url") != "https://bank.example/api" {
		t.Errorf("servers: %v", servers)
	}
}

// The names of the components are those that OpenAPI allows.
func TestComponentNames(t *testing.T) {
	names := at(read(t, openapi.Options{}), "components", "schemas").(object)
	for name := range names {
		if strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") != "" {
			t.Errorf("the name %q", name)
		}
	}
	for _, want := range []string{"accounts.OBReadAccount4", "accounts.OBReadAccount4.std", "common.Links"} {
		if names[want] == nil {
			t.Errorf("there is no component %s", want)
		}
	}
}
