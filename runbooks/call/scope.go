package call

import (
	"net/http"

	"warroom/runbooks"
	"warroom/runbooks/output"
)

// Scope is what a call is prepared with.
type Scope struct {
	Params   []runbooks.Param
	Values   map[string]string // by name, captured.NAME and the like included; no secrets
	Secrets  map[string]string // by the name of their parameter
	Hide     *output.Secrets   // all of them, for redaction
	Defaults runbooks.Defaults
	Environ  []string // what a command inherits, chosen already
	Dir      string   // the private folder of the run; "" while nothing runs
	Client   *http.Client
}

// masked is the scope with a mark in place of each secret.
func (s *Scope) masked() *Scope {
	m := *s
	m.Secrets = make(map[string]string, len(s.Secrets))
	for name := range s.Secrets {
		m.Secrets[name] = "****(" + name + ")"
	}
	return &m
}

// values gives the values of names.
func (s *Scope) values(names []string) map[string]string {
	out := map[string]string{}
	for _, n := range names {
		if v := s.Values[n]; v != "" {
			out[n] = v
		} else if v := s.Secrets[n]; v != "" {
			out[n] = v
		}
	}
	return out
}

func (s *Scope) param(name string) (*runbooks.Param, bool) {
	for i := range s.Params {
		if s.Params[i].Name == name {
			return &s.Params[i], true
		}
	}
	return nil, false
}
