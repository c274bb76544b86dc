// Package salesforce speaks to Salesforce: items are records of Case or of any other object, a custom one included.
//
// What a mapping has to know:
//
//   - The item type is the object's API name: Case, Incident__c.
//   - Fields go by their API names (Subject, Severity__c), since labels follow the user's language. A field that names another record goes
//     by its relationship: Owner, Contact, Account, Parent, Machine__r.
//   - Owner is a user or a queue; a queue has a name and no e-mail address. Owner cannot be emptied.
//   - Long text areas, Description too, are plain text; rich text areas are HTML of fewer elements (html-salesforce).
//   - Picklists take the values that the object's description lists, whether the organization restricts them or not, because Salesforce
//     stores any value of an unrestricted one without a word. With RecordType in the scope they are those of that record type.
//   - Sync_Id__c (settings.external_id) holds the sync's mark and cannot be mapped as a target. It has to be a text field of the object,
//     External ID and Unique: creating goes by upsert on it, so that the same create twice makes one record.
//   - Owner, Contact, Account and lookups to custom objects bring along attributes: Owner.Email, Contact.Phone, Account.Tier__c. They are
//     believed for ten minutes.
//   - Comments of a Case are case comments: plain text of 4000 bytes, published to customers or not. With settings.comments feed, and
//     for every other object, they are posts of the record's feed; a case comment is also shown in the feed, so only one of the two is
//     synced. With settings.comment_marks on, a comment
//     of duplex ends in its mark, which is not part of the text that is synced.
//   - Files are Salesforce Files linked to the record. The old Attachments are not read.
//   - Assignment rules do not run on what duplex writes. Flows, triggers and e-mail alerts do.
//   - There are no worklogs.
//
// A revision is SystemModstamp, which moves with every change of the record in whole seconds, and with none of its comments and files.
// Updates are guarded by If-Unmodified-Since, which compares whole seconds too (vendor page "Conditional Requests").
package salesforce
