// Package freshworks is what the emulators of the two Freshworks desks play alike: accounts with an API key, records with
// default and custom fields, conversations, files at addresses that expire, a search index that lags, rules that call webhooks,
// rate limits, and the mails that replies bring about. What differs is a Vendor, and the routes and views of the two packages.
//
// Where the vendors leave something open the harder reading is taken:
//
//   - a write that changes nothing moves updated_at all the same, and times have whole seconds: two edits may share one;
//   - editing or deleting a conversation, and deleting a file, does not move updated_at;
//   - hidden elements, comments and unknown attributes of a text are removed, so that no mark can be hidden in it;
//   - a file's address expires after five minutes and refuses a call that carries credentials;
//   - updated_since is exclusive;
//   - placeholders in a webhook's body are filled in without quoting, so that free text may break its JSON.
package freshworks
