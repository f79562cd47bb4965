package probe

import "github.com/oasc/mimcheck/internal/evidence"

// Topics is an MQTT broker of the harness that a platform can reach, as one check sees it.
type Topics interface {
	// NewTopic opens a topic with name in it, or gives nil when the broker is not to be
	// found at such a port; see Broker.
	NewTopic(name string, port Port) Inbox
	// Reached says whether anything has been published by the platform so far.
	Reached() bool
}

// Topics is what b is for the check: what comes through it is recorded.
func (s *Session) Topics(check string, b Topics) Topics {
	return recordedTopics{b, s.client(check).tape}
}

type recordedTopics struct {
	topics Topics
	tape   *tape
}

func (r recordedTopics) Reached() bool {
	yes := r.topics.Reached()
	r.tape.add(evidence.Event{Kind: evidence.Reached, Key: brokerKey, Yes: yes})
	return yes
}

// brokerKey tells whether the broker was reached from whether the callback server was.
const brokerKey = "mqtt"

func (r recordedTopics) NewTopic(name string, port Port) Inbox {
	box := r.topics.NewTopic(name, port)
	if box == nil {
		r.tape.add(evidence.Event{Kind: evidence.Topic, Key: name})
		return nil
	}
	r.tape.add(evidence.Event{Kind: evidence.Topic, Key: name, URL: box.URL()})
	return recordedInbox{box, r.tape}
}

// Topics tells a check what was published to the harness in the recorded run.
func (r *Replay) Topics(check string, _ Topics) Topics { return replayedTopics{r.check(check)} }

type replayedTopics struct{ c *replayed }

func (r replayedTopics) Reached() bool {
	e, _, ok := r.c.next(evidence.Reached, brokerKey)
	if !ok {
		_ = r.c.miss("whether the platform had reached the MQTT broker of the harness when %s asks for it", r.c.id)
	}
	return e.Yes
}

func (r replayedTopics) NewTopic(name string, _ Port) Inbox {
	e, _, ok := r.c.next(evidence.Topic, name)
	if !ok {
		_ = r.c.miss("one more MQTT topic of %s", r.c.id)
	}
	if ok && e.URL == "" {
		return nil
	}
	return replayedInbox{r.c, e.URL}
}
