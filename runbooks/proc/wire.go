package proc

// What warroom and a keeper tell each other, as JSON lines.

// order goes to the keeper.
type order struct {
	Start  *launch `json:"start,omitempty"`
	Signal string  `json:"signal,omitempty"` // INT, TERM, KILL …, to the whole session
	Sweep  bool    `json:"sweep,omitempty"`  // the leader has ended: end the rest and report
	Hard   bool    `json:"hard,omitempty"`   // the rest includes what has left the session
}

type launch struct {
	Path string   `json:"path"`
	Argv []string `json:"argv"`
	Env  []string `json:"env"`
	Dir  string   `json:"dir"`
}

// news comes from the keeper.
type news struct {
	Pid     int      `json:"pid,omitempty"`
	Problem string   `json:"problem,omitempty"` // it could not be started
	Ended   bool     `json:"ended,omitempty"`   // the leader has ended and is not reaped
	Done    bool     `json:"done,omitempty"`    // everything is over
	Exit    int      `json:"exit"`
	Signal  string   `json:"signal,omitempty"`
	Escaped []string `json:"escaped,omitempty"`
}

// keeperArg is how a keeper is started; it cannot be a command of the program.
const keeperArg = "\u00a0keep"
