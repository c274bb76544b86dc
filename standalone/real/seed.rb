# What the test needs of a fresh Redmine: five people, two custom fields for marks, texts in Markdown. Run it with rails runner; running it
# again changes nothing. It prints what the test's environment has to hold.
Setting.rest_api_enabled = '1'
Setting.text_formatting = 'common_mark'

def person(name, first, last, admin = false)
  mail = "#{name}@acme.example"
  u = User.find_by_mail(mail) || User.new(login: "duplex-#{name}", firstname: first, lastname: last, mail: mail,
                                          password: 'acme12345', password_confirmation: 'acme12345')
  u.status, u.admin = User::STATUS_ACTIVE, admin
  u.save!(validate: false)
  u
end

def mark(name)
  f = IssueCustomField.find_by_name(name) || IssueCustomField.new(name: name, field_format: 'string')
  f.assign_attributes(is_for_all: true, is_filter: true, visible: true)
  f.trackers = Tracker.all
  f.save!(validate: false)
  f
end

sync = person('sync', 'Sync', 'Bot', true)
ada = person('ada', 'Ada', 'Lovelace', true)
grace = person('grace', 'Grace', 'Hopper')
triage = person('triage', 'Triage', 'Desk')

project = Project.find_by_identifier('duplex-trial') ||
          Project.create!(name: 'Duplex trial', identifier: 'duplex-trial', is_public: false, trackers: Tracker.all, enabled_module_names: ['issue_tracking'])
role = Role.find_by_name('Manager')
[sync, ada, grace, triage].each do |u|
  Member.create!(principal: u, project: project, roles: [role]) unless Member.find_by(user_id: u.id, project_id: project.id)
end

puts "REAL_REDMINE_KEY=#{sync.api_key}", "REAL_REDMINE_ADA_KEY=#{ada.api_key}",
     "REAL_REDMINE_MARK_FIELD=#{mark('Duplex mark').id}", "REAL_REDMINE_NOTE_FIELD=#{mark('Duplex note').id}"
