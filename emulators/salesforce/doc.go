// Package salesforce emulates the part of Salesforce that a sync of cases talks to: the REST API with its SOQL, cases
// and a custom object, case comments, Chatter posts, files, field history, outbound messages, and change events as an
// event relay posts them.
//
// It is written from the vendor's published facts (REST API Developer Guide, SOQL and SOSL Reference, Object Reference,
// Change Data Capture Developer Guide, Outbound Messaging). Where the vendor leaves something open the emulator takes
// the reading that is harder for a client:
//
//   - a comment or a file on a case moves neither its SystemModstamp nor its LastModifiedDate; an update that
//     changes no value moves both;
//   - times have a resolution of one second, so two changes may carry the same one;
//   - getUpdated and getDeleted cut start and end to the minute and never cover the running minute;
//   - a file that is published to a case in its upload call can be seen by everybody who sees the case (AllUsers);
//   - feed items without a filter on ParentId are refused to everybody but an administrator;
//   - long text comes back with CRLF, a multi-select picklist in the order of its options;
//   - values of a dependent picklist are not held against their controlling value;
//   - a query hands out fewer rows than asked for where Limits.Rows says so, and a locator dies after 15 idle minutes, or
//     when the user opens an eleventh.
//
// # Accounts
//
// Every account has a session that never ends, TokenSync, TokenAda, …, for the header "Authorization: Bearer …".
// A user's name is the address with ".crm" behind it.
//
//	sync@acme.example     the integration user; Run-As user of the client credentials. Edits only its own comments
//	ada@acme.example      administrator: edits every comment, sees every feed item and every field
//	grace@acme.example, linus@acme.example, triage@acme.example
//	former@acme.example   inactive; and an inactive second user with Grace's address
//
// The app ClientID/ClientSecret takes the client credentials grant, and the JWT bearer grant once its certificate is
// uploaded (Options.Certificate, or POST /_control/certificate) for sync and ada: the others have not approved it.
//
// # Objects
//
// Case has custom fields of every shape; Escalation__c is a custom object with a field that is required. Sync_Id__c of
// both is an External ID and unique, Case.Tracker_Key__c an External ID that is not. Assignment rules are active: a case
// that is written without "Sforce-Auto-Assign: FALSE" belongs to the queue QueueTriage afterwards.
// Change events are sent for Case, CaseComment, FeedItem and Escalation__c.
//
// # Further controls
//
//	POST /_control/certificate       a PEM certificate or public key: what JWT assertions are checked with
//	POST /_control/expire            ends every issued session
//	POST /_control/instance          {"url":"https://…"}: what tokens name as instance_url from now on
//	POST /_control/limits            {"daily":100000,"used":0,"rows":2000}
//	POST /_control/refuse            {"code":"UNABLE_TO_LOCK_ROW","status":400,"message":"…","times":1,"writes":true}
//	POST /_control/hide              {"fields":["Case.Sync_Id__c"]}: what field-level security hides from the integration user
//	POST /_control/validation        {"object":"Case","when":{"Status":"Closed"},"needs":"Reason","message":"…"}; {} ends all
//	POST /_control/flow              {"object":"Case","when":{"Status":"Escalated"},"set":{"Priority":"High"}}; {} ends all
//	POST /_control/begin             {}: a transaction begins, which holds latestDateCovered back until a late commit ends it
//	POST /_control/late_commit       {"id":"500…","values":{…},"age":"2m"}: a transaction becomes visible whose SystemModstamp is that old
//	POST /_control/undelete/{id}     restores a record, with what was deleted with it
//	POST /_control/gap               {"id":"500…"}: a GAP_UPDATE event
//	POST /_control/relay             {"url":"…","secret":"…","form":"cometd"}: change events; form is cometd or pubsub
//	POST /_control/outbound_message  {"url":"…","object":"Case","fields":["Subject"],"except":"005…"}: SOAP messages
//
// The event relay signs: X-Duplex-Signature is "sha256=" and the hexadecimal HMAC-SHA256, keyed by the secret, of
// X-Duplex-Timestamp (seconds since 1970), a dot, and the body. A target of POST /_control/webhook_target is such a relay of
// the form cometd that is called with the secret in its address too: url?token=secret. Outbound messages are called at the
// url as it was given: put the token in.
package salesforce
