package outbound_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"warroom/model"
)

// The vendors' own descriptions of their APIs are not part of the project. Where
// they are, in the folder that this variable names, every request of every test
// is held against them, too.
const publishedFolder = "WARROOM_OPENAPI"

// published are those descriptions, by vendor.
type published struct {
	routers map[string]routers.Router
	mu      sync.Mutex
	held    map[string]int // requests that were described
	beyond  map[string]int // those that were not
}

var descriptions = sync.OnceValues(func() (*published, error) {
	dir := os.Getenv(publishedFolder)
	if dir == "" {
		return nil, nil
	}
	p := &published{routers: map[string]routers.Router{}, held: map[string]int{}, beyond: map[string]int{}}
	for vendor, name := range map[string]string{"slack": "slack-web*", "jira": "jira-*", "statuspage": "statuspage*", "pagerduty": "pagerduty-rest*"} {
		found, _ := filepath.Glob(filepath.Join(dir, name))
		if len(found) == 0 {
			continue
		}
		b, err := os.ReadFile(found[0])
		if err != nil {
			return nil, err
		}
		doc, err := readDescription(b)
		if err != nil {
			return nil, err
		}
		doc.Servers = nil // wherever we send it
		if p.routers[vendor], err = gorillamux.NewRouter(doc); err != nil {
			return nil, err
		}
	}
	if len(p.routers) == 0 {
		return nil, errors.New("no description of an API is in " + dir)
	}
	return p, nil
})

func readDescription(b []byte) (*openapi3.T, error) {
	if !bytes.Contains(b[:min(len(b), 4000)], []byte(`"swagger"`)) {
		return openapi3.NewLoader().LoadFromData(b)
	}
	var old openapi2.T
	if err := json.Unmarshal(b, &old); err != nil {
		return nil, err
	}
	return openapi2conv.ToV3(&old)
}

// check holds a request against the vendor's description. Slack takes its methods
// by GET and by POST; the description names one.
func (p *published) check(vendor, path string, r *http.Request, body []byte) error {
	router := p.routers[vendor]
	if router == nil {
		return nil
	}
	q := strings.Trim(r.URL.RawQuery+"&"+string(body), "&")
	for _, method := range []string{r.Method, http.MethodGet, http.MethodPost} {
		c := r.Clone(r.Context())
		c.Method, c.URL, c.Host = method, &url.URL{Path: "/" + path, RawQuery: r.URL.RawQuery}, ""
		c.Body = io.NopCloser(bytes.NewReader(body))
		if vendor == "slack" {
			if c.URL.RawQuery = ""; method == http.MethodGet {
				c.URL.RawQuery = q
			} else {
				c.Body, c.ContentLength = io.NopCloser(strings.NewReader(q)), int64(len(q))
			}
		}
		route, params, err := router.FindRoute(c)
		if err != nil {
			if vendor == "slack" {
				continue
			}
			break
		}
		p.mu.Lock()
		p.held[vendor]++
		p.mu.Unlock()
		return openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
			Request: c, Route: route, PathParams: params,
			Options: &openapi3filter.Options{ExcludeReadOnlyValidations: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
		})
	}
	p.mu.Lock()
	p.beyond[vendor+" "+r.Method+" "+path]++
	p.mu.Unlock()
	return nil
}

func TestPublishedDescriptions(t *testing.T) {
	p, err := descriptions()
	if err != nil {
		t.Fatal(err)
	}
	if p == nil {
		t.Skip(publishedFolder + " names no folder with the vendors' descriptions of their APIs: requests were held against our own small ones only")
	}
	s := newStage(t)
	id := s.do("", model.Declare{Title: "Checkout returns 503", Severity: 1, Services: []string{"checkout"}})
	s.do(id, model.AssignRole{Role: model.Commander, Person: "bob"})
	s.do(id, model.AddNote{Text: "customers see errors", Important: true})
	s.drain()
	for _, st := range []model.Status{model.Investigating, model.Mitigated, model.Resolved, model.Closed} {
		s.do(id, model.SetStatus{To: st})
		s.drain()
	}
	if got := s.left(); got != "" {
		t.Errorf("not sent:\n%s", got)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for v := range p.routers {
		if p.held[v] == 0 {
			t.Errorf("no request to %s was described", v)
		}
	}
	t.Logf("requests that keep to the vendor's own description: %v; calls that it does not have: %v", p.held, p.beyond)
}
