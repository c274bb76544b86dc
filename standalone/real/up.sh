#!/bin/sh
# Starts a Redmine with the given script, seeds it, and prints the environment of the tests. The Redmine is that of the Debian package.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bash "${1:?the script that starts a Redmine}" >&2
cd /usr/share/redmine
REDMINE_INSTANCE=default RAILS_ENV=production bundle exec rails runner "$here/seed.rb" | grep '^REAL_'
echo REAL_REDMINE_URL=http://127.0.0.1:3000
