package wording

import (
	"encoding/json"
	"errors"
	"net/url"
)

// JSON is a body of JSON: values stand within quotes, toJson without.
var JSON = Channel{JSON: true, Escape: escapeJSON, Check: func(text string) error {
	if !json.Valid([]byte(text)) {
		return errors.New("the text is no JSON: values stand in quotes, {{toJson …}} stands without")
	}
	return nil
}}

// Form is a body or an address as of a web form.
var Form = Channel{Escape: url.QueryEscape}

func escapeJSON(s string) string {
	data, err := json.Marshal(s)
	if err != nil {
		return ""
	}
	return string(data[1 : len(data)-1])
}
