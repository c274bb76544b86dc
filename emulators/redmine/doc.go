// Package redmine emulates the REST API of Redmine (JSON), as a real Redmine 5.0 answers it.
//
// It is written from Redmine's public wiki (Rest api, Rest Issues, Rest Users, …) and from what a real 5.0.4 was seen to do:
//
//   - a change that is refused by the workflow, and a status, tracker or custom field that does not exist, is left out
//     without a word: the answer is 204 all the same; a priority or an assignee that does not exist is 422;
//   - a private note of somebody who may not write private notes is kept as a public one;
//   - a private note that comes with changes becomes two journals: the changes in a public one, the note alone in another;
//   - lists hide closed issues unless status_id=* is asked for, ignore filters they do not know, show at most 100 issues, and
//     never show journals;
//   - times are shown in whole seconds but compared with their fraction: updated_on=>=T finds what updated_on=<=T does not;
//   - a wrong API key is a stranger: lists answer 200 with what is public, private projects 401;
//   - line ends of a description become CRLF, those of notes do not;
//   - an issue with open subtasks cannot be closed; its priority, dates and progress are those of its subtasks;
//   - an upload has to be application/octet-stream (else 406), and a token is good once;
//   - a journal without notes and without changes vanishes; a journal has no time of change;
//   - deleting an issue deletes its subtasks; nothing tells of it but the 404;
//   - errors are {"errors":["…"]}, 401, 403 and 404 have no body; there are no webhooks and no rate limits.
//
// # Accounts
//
// Keys go into X-Redmine-API-Key, into ?key=, or into HTTP Basic as user name with any password.
//
//	sync@acme.example    duplex sync    KeySync    administrator: sees e-mail addresses and custom fields
//	ada@acme.example     Ada Lovelace   KeyAda     Manager of both projects: private notes, deletes, every transition
//	grace@acme.example   Grace Hopper   KeyGrace   Developer of Engineering: no private notes
//	linus@acme.example   Linus Pauling  KeyLinus   Reporter of Engineering
//	triage@acme.example  Triage Desk    KeyTriage  Developer of both
//
// Project eng (Engineering) is private, project community (Community) public.
//
// # Further controls
//
//	POST /_control/admin {"sync":false}   takes the administrator's right from the integration account, which is then a Developer
package redmine
