package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/email"
	"github.com/smarty-alert/smarty-alert/notifiers/slack"
	"github.com/smarty-alert/smarty-alert/notifiers/telegram"
	"github.com/smarty-alert/smarty-alert/notifiers/wording"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// speech is how a configuration's receivers speak: language, zone, templates.
type speech struct {
	voice notifiers.Voice
	files []wording.File
	set   *wording.Set
}

// newSpeech reads the files of templates. The errors are all faults in them.
func newSpeech(c *config.Config) (*speech, error) {
	s := &speech{voice: notifiers.Voice{Language: notifiers.Language(c.Language), Zone: c.Timezone, URL: c.Web.ExternalURL}}
	var err error
	if s.files, err = templateFiles(c.Templates); err != nil {
		return nil, err
	}
	s.set, err = wording.Parse(s.files, wording.Options{Voice: s.voice})
	return s, err
}

const maxTemplateFile = 1 << 20 // bytes

func templateFiles(patterns []string) (files []wording.File, err error) {
	var errs []error
	for _, p := range patterns {
		names, err := filepath.Glob(p)
		if err == nil && len(names) == 0 {
			err = fmt.Errorf("no file is called %s", p)
		}
		errs = append(errs, err)
		for _, name := range names {
			if info, err := os.Stat(name); err == nil && (!info.Mode().IsRegular() || info.Size() > maxTemplateFile) {
				errs = append(errs, fmt.Errorf("%s is no file of at most %d KiB", name, maxTemplateFile>>10))
				continue
			}
			text, err := os.ReadFile(name)
			errs = append(errs, err)
			files = append(files, wording.File{Name: name, Text: string(text)})
		}
	}
	return files, errors.Join(errs...)
}

// of is the voice of one receiver.
func (s *speech) of(r config.Receiver) notifiers.Voice {
	return notifiers.Voice{Language: notifiers.Language(cmp.Or(r.Language, string(s.voice.Language))), Zone: s.voice.Zone, URL: s.voice.URL}
}

// channels are where the texts of a kind of receiver go, by key.
var channels = map[string]map[string]wording.Channel{
	"slack":    {"title": slack.TitleChannel, "text": slack.TextChannel},
	"email":    {"subject": email.Plain, "text": email.Plain, "html": email.HTML},
	"telegram": {"text": telegram.Channel},
}

// texts compiles and tries out a receiver's own texts. The errors are by key.
func (s *speech) texts(r config.Receiver) (ts map[string]*wording.Template, faults map[string]error) {
	ts, faults = map[string]*wording.Template{}, map[string]error{}
	set := s.set.With(wording.Options{Voice: s.of(r)})
	for _, key := range slices.Sorted(maps.Keys(r.Texts)) {
		t, err := set.Compile(key, r.Texts[key], channels[kindOf(r)][key])
		if err == nil {
			err = t.Check()
		}
		if err != nil {
			faults[key] = err
		}
		ts[key] = t
	}
	return ts, faults
}

func kindOf(r config.Receiver) string {
	switch {
	case r.Slack != nil:
		return "slack"
	case r.Email != nil:
		return "email"
	case r.Telegram != nil:
		return "telegram"
	}
	return ""
}

// rehearseTexts tries the templates of messages out before they are needed.
func rehearseTexts(cfg *config.Config, found *strictyaml.Faults) {
	s, err := newSpeech(cfg)
	if err != nil {
		cfg.At("templates", found).Fault("docs/templates.md says what templates can do", "%v", err)
		return
	}
	for _, r := range cfg.Receivers {
		_, faults := s.texts(r)
		for _, key := range slices.Sorted(maps.Keys(faults)) {
			cfg.AtText(r.Name, kindOf(r), key, found).Fault("docs/templates.md says what templates can do", "%v", faults[key])
		}
	}
}
