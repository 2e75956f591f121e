package gate

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/redact"
	"obconform/harness/traffic"
)

// keep counts the findings of an exchange, and keeps the exchange as an example
// where it is the first of a kind and there is room.
func (j *Judge) keep(x traffic.Exchange, judged *Judged, told bool) {
	var redactor *redact.Redactor // made where it is needed: for the first of a kind
	redacted := func(f evidence.Finding) evidence.Finding {
		if redactor == nil {
			j.secrets.note(tellable(x, judged.Route.Operation))
			redactor = j.secrets.redactor()
		}
		f.Where, f.Expected, f.Actual = redactor.Text(f.Where), redactor.Text(f.Expected), redactor.Text(f.Actual)
		return f
	}
	var example *evidence.Exchange
	kept := map[*count]int{} // the index of the example among those of each pair
	for i, f := range judged.Findings {
		f.Operation, f.Exchange = judged.Route.Operation, -1
		if f.Status == 0 && x.Response != nil {
			f.Status = x.Response.Status
		}
		c := j.counts.pair(f.Clause, f.Operation)
		at, fresh := c.add(f)
		if judged.Findings[i] = f; told {
			judged.Findings[i] = redacted(f)
		}
		if !fresh {
			continue
		}
		c.findings[at] = redacted(c.findings[at])
		index, has := kept[c]
		if !has && len(c.examples) < maxExamples {
			if example == nil {
				example = j.roomFor(shown(x, *judged, redactor))
			}
			index, has = len(c.examples), true
			kept[c] = index
			c.examples = append(c.examples, *example)
		}
		if has {
			c.findings[at].Exchange = index
		}
	}
}

// maxBody bounds what is kept of a body, in bytes.
const maxBody = 16 << 10

// roomFor is an example as far as there is room for it.
func (j *Judge) roomFor(example *evidence.Exchange, size int) *evidence.Exchange {
	if j.counts.room -= size; j.counts.room < 0 {
		example.RequestHeaders, example.ResponseHeaders, example.RequestBody, example.ResponseBody = nil, nil, "", ""
	}
	return example
}

// shown is an exchange as the reports show it, redacted, and the size of its
// headers and bodies in bytes.
func shown(x traffic.Exchange, judged Judged, redactor *redact.Redactor) (kept *evidence.Exchange, size int) {
	kept = &evidence.Exchange{Operation: judged.Route.Operation, Method: redactor.Text(x.Request.Method), Started: x.Started.UTC(),
		InteractionID: redactor.Text(x.Request.Header.Get(contract.HeaderInteractionID)), RequestBytes: len(x.Request.Body.Bytes),
		Inconclusive: redactor.Text(judged.Inconclusive), Exercised: judged.Exercised, Origin: redactor.Text(x.Origin)}
	if x.Request.URL != nil {
		kept.URL = redactor.Text(x.Request.URL.String())
	}
	if took := x.Ended.Sub(x.Started); !x.Started.IsZero() && took > 0 && took < maxTime {
		kept.Duration = took
	}
	if x.Response != nil {
		kept.Status, kept.ResponseBytes = x.Response.Status, len(x.Response.Body.Bytes)
		kept.ReceivedInteractionID = redactor.Text(strings.Join(x.Response.Header.Values(contract.HeaderInteractionID), ", "))
		kept.ResponseHeaders = headerLines(x.Response.Header, redactor, &size)
		kept.ResponseBody, kept.ResponseCut = bodyOf(judged.Route.Operation, x.Response.Body, redactor, &size)
	}
	kept.RequestHeaders = headerLines(x.Request.Header, redactor, &size)
	kept.RequestBody, kept.RequestCut = bodyOf(judged.Route.Operation, x.Request.Body, redactor, &size)
	return kept, size
}

// maxFields bounds the header fields that are kept of one message.
const maxFields = 100

func headerLines(header http.Header, redactor *redact.Redactor, size *int) []evidence.HeaderLine {
	var lines []evidence.HeaderLine
	for name, values := range header {
		for _, value := range values {
			if len(lines) == maxFields {
				break
			}
			value = redactor.Header(name, value)
			line := evidence.HeaderLine{Name: name, Value: strings.ToValidUTF8(value[:min(len(value), maxBody)], "")}
			*size += len(line.Name) + len(line.Value)
			lines = append(lines, line)
		}
	}
	slices.SortStableFunc(lines, func(a, b evidence.HeaderLine) int { return strings.Compare(a.Name, b.Name) })
	return lines
}

// bodyOf redacts before it cuts, or a cut-off secret would stand at the end; of a
// huge body only so much is redacted as could be kept.
func bodyOf(operation contract.OperationID, body traffic.Body, redactor *redact.Redactor, size *int) (text string, cut bool) {
	start := body.Bytes[:min(len(body.Bytes), 4*maxBody)]
	text = redactor.Body(operation, start)
	if cut = len(text) > maxBody || len(start) < len(body.Bytes); cut {
		text = fmt.Sprintf("%s … (%d bytes in all)", strings.ToValidUTF8(text[:min(len(text), maxBody)], ""), len(body.Bytes))
	}
	*size += len(text)
	return text, cut || body.Lack == traffic.Cut || body.Lack == traffic.Unrecorded
}
