package call

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"warroom/runbooks"
)

// R34: what a server sends back in a header, and the error of a request that got no
// answer because the server sent it elsewhere, hold no secret.
func TestR34AnswersAndErrors(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Echo", "it was "+r.Header.Get("Key"))
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "http://127.0.0.1:1/?key="+r.Header.Get("Key"), http.StatusFound)
		}
	})
	ask := func(path string) *Outcome {
		t.Helper()
		h := plain("GET", s.URL+path)
		h.Headers = map[string]string{"Key": "<token>"}
		call, err := Prepare(&runbooks.Exec{HTTP: h}, scope(t))
		if err != nil {
			t.Fatal(err)
		}
		o, err := call.Do(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	if o := ask("/"); o.Header["Echo"] != "it was ****(token)" {
		t.Errorf("%q", o.Header)
	}
	o := ask("/away")
	if all := fmt.Sprint(o.Err, o.Header, o.View.Lines, o.Explain()); strings.Contains(all, token) || !strings.Contains(all, "****(token)") {
		t.Error(all)
	}
}
