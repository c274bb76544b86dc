# What the tests need of a Redmine: the people, custom fields and rights of the emulator, and texts in Markdown. Run it with rails runner;
# running it again changes nothing. It prints what the tests' environment has to hold.
Setting.rest_api_enabled = '1'
Setting.text_formatting = 'common_mark'

# Nobody else may have the name: a name that two people have names nobody.
def person(name, first, last, admin = false)
  mail = "#{name}@acme.example"
  u = User.find_by_mail(mail) || User.new(login: "duplex-#{name}", mail: mail, password: 'acme12345', password_confirmation: 'acme12345')
  u.assign_attributes(firstname: first, lastname: last, status: User::STATUS_ACTIVE, admin: admin)
  u.save!(validate: false)
  User.where(firstname: first, lastname: last).where.not(id: u.id).update_all(lastname: "#{last} (another)")
  u
end

def field(name, format, more = {})
  f = IssueCustomField.find_by_name(name) || IssueCustomField.new(name: name, field_format: format)
  f.assign_attributes({ is_for_all: true, visible: true }.merge(more))
  f.trackers = Tracker.all
  f.save!(validate: false)
  f
end

# A role like one of Redmine's own, without private notes.
def role(name, like)
  r = Role.find_by_name(name) || Role.new(name: name)
  r.permissions = like.permissions - %i[view_private_notes set_notes_private]
  r.save!
  r.copy_workflow_rules(like)
  r
end

def project(identifier, name, roles)
  p = Project.find_by_identifier(identifier) ||
      Project.create!(name: name, identifier: identifier, is_public: false, trackers: Tracker.all, enabled_module_names: ['issue_tracking'])
  roles.each do |user, role|
    m = Member.find_by(user_id: user.id, project_id: p.id) || Member.new(principal: user, project: p)
    m.roles = [role]
    m.save!
  end
end

sync = person('sync', 'Sync', 'Bot', true)
ada = person('ada', 'Ada', 'Lovelace', true)
grace = person('grace', 'Grace', 'Hopper')
linus = person('linus', 'Linus', 'Pauling')
triage = person('triage', 'Triage', 'Desk')
people = [sync, ada, grace, linus, triage]

manager = Role.find_by_name('Manager')
developer = role('Duplex developer', Role.find_by_name('Developer'))
reporter = role('Duplex reporter', Role.find_by_name('Reporter'))

project('duplex-trial', 'Duplex trial', people.to_h { |u| [u, manager] })
project('duplex-suite', 'Duplex suite', people.to_h { |u| [u, manager] })
project('duplex-steps', 'Duplex steps', sync => manager, ada => manager, grace => developer, linus => reporter)

field('Area', 'list', possible_values: %w[Web Mobile API], is_filter: true)
field('Platforms', 'list', multiple: true, possible_values: %w[iOS Android], is_filter: true)
field('Points', 'float')
field('Customer', 'string', max_length: 60, is_filter: true, searchable: true)
field('Reported', 'date')
field('VIP', 'bool')
field('Reviewer', 'user')
mark = field('Duplex mark', 'string', is_filter: true)
note = field('Duplex note', 'string', is_filter: true)

puts "REAL_REDMINE_KEY=#{sync.api_key}", "REAL_REDMINE_ADA_KEY=#{ada.api_key}", "REAL_REDMINE_GRACE_KEY=#{grace.api_key}",
     "REAL_REDMINE_LINUS_KEY=#{linus.api_key}", "REAL_REDMINE_MARK_FIELD=#{mark.id}", "REAL_REDMINE_NOTE_FIELD=#{note.id}"
