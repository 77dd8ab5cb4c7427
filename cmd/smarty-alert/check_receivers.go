package main

import (
	"time"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/notifiers/webhook"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// rehearse tries the templates of receivers out before they are needed, and looks
// at what has become useless.
func (r *checkReport) rehearse(cfg *config.Config) {
	if cfg == nil {
		return
	}
	r.take(cfg.SilencesOver(time.Now()), nil)
	found := &strictyaml.Faults{}
	rehearseTexts(cfg, found)
	for _, to := range cfg.Receivers {
		if to.Webhook == nil || !to.Webhook.Templated() {
			continue
		}
		if err := webhook.Check(*hookTemplate(to.Webhook)); err != nil {
			cfg.AtReceiver(to.Name, found).Fault("docs/receivers/webhook.md says what templates can do", "the webhook cannot be sent so: %v", err)
		}
	}
	r.take(found.Warnings(), found.Err())
}
