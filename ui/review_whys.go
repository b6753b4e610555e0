package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/review"
)

func (d *reviewDesk) layWhys(a *App, p *reviewPage) {
	th, r := a.theme, d.doc.Whys
	p.text(model.Visible(d.doc.Section(model.SecProblem).Text), th.strong, 1)
	if r == nil {
		p.put(nil)
		p.text("Nothing is answered yet. Ask how it came about, not who did it; several answers may stand side by side, each with what shows it.", th.dim, 1)
		p.put(nil)
		p.put(segs{{" " + a.key("review.add"), th.accent}, {"  enter an answer", ""}})
		if len(review.Seeds(a.room.inc)) > 0 {
			p.put(segs{{" " + a.key("review.seed"), th.accent}, {"  begin with the confirmed hypotheses", ""}})
		}
		return
	}
	for k, s := range r.Analysis {
		indent := 2*s.Level - 1
		question := s.Question
		if s.Level > 1 && strings.HasPrefix(question, "Why did this happen: ") {
			question = "why?" // what it asks about stands above
		}
		p.put(segs{{strings.Repeat(" ", indent) + "└ ", th.rule}, {model.Visible(question), th.dim}})
		conf := ""
		if s.Confidence != "" {
			conf = "  (" + string(s.Confidence) + ")"
		}
		lines := wrap(model.Visible(s.Answer), max(8, p.col-indent-4), 20)
		for n, l := range lines {
			line := segs{{strings.Repeat(" ", indent+2) + l, ""}}
			if n == len(lines)-1 {
				line.add(th.dim, conf)
			}
			if n == 0 {
				p.putRow(k, line)
			} else {
				p.put(line)
			}
		}
		if s.Evidence != "" {
			p.text("shown by "+model.Visible(s.Evidence), th.dim, indent+2)
		}
		for _, f := range s.Flags {
			p.text("↑ "+f.Rule+": "+f.Why, th.warn, indent+2)
		}
	}
	p.put(nil)
	root := "not found yet"
	if r.RootCause != nil {
		root = model.Visible(*r.RootCause)
	}
	p.text("root cause: "+root, "", 1)
	for _, x := range r.Recommendations {
		p.text("→ "+x, th.accent, 1)
	}
}

func (d *reviewDesk) askWhy(a *App, parent int) {
	name, question := "How did this come about?", ""
	if w, ok := a.room.inc.Writeup.Why(parent); ok {
		name, question = "How did that come about: "+model.Brief(w.Answer, 50), "Why: "+model.Brief(w.Answer, 120)+"?"
	}
	a.ask(name, []field{
		textField("answer", "", "the pool was exhausted", "a condition that made it possible, not a person"),
		textField("shown by", "", "graph 7", "what shows it; a guess is marked by low confidence"),
		choice("confidence", "", "", notSaid, texts(model.Confidences)),
		textField("question", question, "why was the pool exhausted?", ""),
	}, func(_ *App, v []string) (model.Command, error) {
		return model.AnswerWhy{Parent: parent, Answer: v[0], Evidence: v[1], Confidence: model.Confidence(chosen(v[2])), Question: v[3]}, nil
	})
}

func (d *reviewDesk) changeWhy(a *App, w model.Why) {
	a.ask("Change this answer", []field{
		textField("answer", w.Answer, "", "a condition that made it possible, not a person"),
		textField("shown by", w.Evidence, "", ""),
		choice("confidence", "", string(w.Confidence), notSaid, texts(model.Confidences)),
		textField("question", w.Question, "", ""),
	}, func(_ *App, v []string) (model.Command, error) {
		c := model.Confidence(chosen(v[2]))
		return model.ChangeWhy{N: w.N, Answer: &v[0], Evidence: &v[1], Confidence: &c, Question: &v[3], Base: w.Seq}, nil
	})
}

// answer is the answer to a why that the keys stand on.
func (d *reviewDesk) answer(a *App) (model.Why, bool) {
	if !d.ready(a) || d.part().id != partWhys || !d.inside || d.doc.Whys == nil || d.row >= len(d.doc.Whys.Analysis) {
		return model.Why{}, false
	}
	return a.room.inc.Writeup.Why(d.doc.Whys.Analysis[d.row].N)
}

func (d *reviewDesk) seed(a *App) tea.Cmd {
	seeds := review.Seeds(a.room.inc)
	if len(seeds) == 0 {
		a.say(warning, "no confirmed hypothesis is left to begin with")
		return nil
	}
	var cmds []tea.Cmd
	for _, s := range seeds {
		cmds = append(cmds, a.do(s, "entered what is confirmed"))
	}
	return tea.Batch(cmds...)
}
