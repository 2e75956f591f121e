package jsonschema

import (
	"strings"
	"testing"
)

func TestFormats(t *testing.T) {
	for name, samples := range map[string]struct{ valid, invalid []string }{
		"date": {
			[]string{"2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"},
			[]string{"", "2023-02-29", "1900-02-29", "2024-02-30", "2024-13-01", "2024-00-10", "2024-01-32", "24-01-01", "2024-1-1",
				"2024-01-01 ", "2024-01-01T00:00:00Z", "٢٠٢٤-01-01", "20240101", "2024/01/01", "+2024-01-01"},
		},
		"date-time": {
			[]string{"2017-04-05T10:43:07+00:00", "2017-04-05T10:43:07Z", "2017-04-05t10:43:07z", "2017-04-05T10:43:07.1Z",
				"2017-04-05T10:43:07.123456789012+01:00", "2017-04-05T10:43:07-00:00", "2017-04-05T10:43:07+23:59", "2024-02-29T00:00:00Z",
				"2016-12-31T23:59:60Z", "2016-12-31T15:59:60-08:00", "2017-01-01T00:59:60+01:00", "2016-12-31T23:59:60.5Z"},
			[]string{"", "2017-04-05", "10:43:07", "10:43:07Z", "2017-04-05T10:43:07", "2017-04-05 10:43:07Z", "2017-04-05T10:43Z",
				"2017-04-05T10:43:07+24:00", "2017-04-05T10:43:07+00:60", "2017-04-05T10:43:07+0000", "2017-04-05T10:43:07+00",
				"2017-04-05T1:43:07Z", "2017-04-05T24:00:00Z", "2017-04-05T10:60:00Z", "2017-04-05T10:43:61Z", "2017-04-05T10:43:60Z",
				"2016-12-31T23:59:60+01:00", "2017-02-30T10:43:07Z", "2023-02-29T10:43:07Z", "2017-04-05T10:43:07.Z", "2017-04-05T10:43:07,5Z",
				"2017-04-05T10:43:07ZZ", " 2017-04-05T10:43:07Z", "2017-04-05T10:43:07Z\n", "17-04-05T10:43:07Z", "2017-04-05T10:43:07−00:00"},
		},
		"uuid": {
			[]string{"93bac548-d2de-4546-b106-880a5018460d", "93BAC548-D2DE-4546-B106-880A5018460D", "93bac548-D2DE-4546-b106-880a5018460d",
				"00000000-0000-0000-0000-000000000000"},
			[]string{"", "93bac548d2de4546b106880a5018460d", "{93bac548-d2de-4546-b106-880a5018460d}", "urn:uuid:93bac548-d2de-4546-b106-880a5018460d",
				"93bac548-d2de-4546-b106-880a5018460", "93bac548-d2de-4546-b106-880a5018460dd", "g3bac548-d2de-4546-b106-880a5018460d",
				"93bac548-d2de4-546-b106-880a5018460d", "93bac548-d2de-4546-b106-880a5018460d\n"},
		},
		"uri": {
			[]string{"https://api.example.co.uk/open-banking/v3.1/aisp/accounts", "http://127.0.0.1:8080/?a=b&c=%20d#e", "HTTPS://u:p@example.com:/",
				"http://[2001:db8::7]/x", "http://[v7.a:b]/", "urn:oasis:names:specification:docbook:dtd:xml:4.1.2", "mailto:a@example.com",
				"file:///etc/hosts", "http://example.com", "ldap://[2001:db8::7]/c=GB?one", "http://a/b;c=1,d/(e)!*'$@:"},
			[]string{"", "/open-banking/v3.1/aisp/accounts", "//example.com/x", "accounts", "https:", "a:", "https://", "http:///x", ":80/x", "1http://a/",
				"http://a b/", "http://a/b c", "http://a/%zz", "http://a/%2", "http://a/<b>", "http://a/\u00e9", "http://a/\"", "http://a:b/", "http://[::g]/",
				"http://[::1/", "http://a/b#c#d", "http://a/{id}", "http://a\\b/", "http://a/\n", "http://[127.0.0.1]/", "http://[fe80::1%25en0]/", "?a=b", "#a"},
		},
	} {
		schema := mustCompile(t, `{"type":"string","format":"`+name+`"}`)
		for _, s := range samples.valid {
			if got := schema.Validate(s); got != nil {
				t.Errorf("%s %q: got %v, want it to pass", name, s, got)
			}
		}
		for _, s := range samples.invalid {
			if got := schema.Validate(s); len(got) != 1 || got[0].Keyword != "format" {
				t.Errorf("%s %q: got %v, want one violation of format", name, s, got)
			}
		}
	}
}

func TestFormatsSayNothingAboutOtherTypes(t *testing.T) {
	for name := range formats {
		schema := mustCompile(t, `{"format":"`+name+`"}`)
		for _, document := range []string{`1`, `null`, `true`, `[]`, `{}`} {
			if got := validate(t, schema, document); got != nil {
				t.Errorf("%s of %s: %v", name, document, got)
			}
		}
		if got := schema.Validate("?"); len(got) != 1 || !strings.HasPrefix(got[0].Expected, "a") {
			t.Errorf("%s of a string: %v", name, got)
		}
	}
}
