#!/usr/bin/env bash
# The first start of a Pi with a card from card.sh: before there is a network. Leaves a unit that installs as soon as there is
# one, and starts anew. Takes the Wi-Fi's password off the boot partition, which any computer can read.
set -euo pipefail
boot=/boot/firmware
from=$boot/modularrace

mkdir -p /var/lib/modularrace-setup
chmod 700 /var/lib/modularrace-setup
tar -C /var/lib/modularrace-setup --strip-components=1 --no-same-owner -xzf $from/release.tar.gz
install -m 600 $from/pis.conf /var/lib/modularrace-setup/pis.conf
name=$(cut -d'|' -f1 $from/pis.conf | tr -d ' ')

# Whoever looks after it signs in with a key, or not at all; the wizard that asks for a first user is not wanted.
systemctl disable userconfig.service 2>/dev/null || true
if [ -f $from/authorized_keys ]; then
  id admin >/dev/null 2>&1 || useradd -m -s /bin/bash admin
  install -d -m 700 -o admin -g admin /home/admin/.ssh
  install -m 600 -o admin -g admin $from/authorized_keys /home/admin/.ssh/authorized_keys
  echo 'admin ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/modularrace-admin
  chmod 440 /etc/sudoers.d/modularrace-admin
  mkdir -p /etc/ssh/sshd_config.d
  echo 'PasswordAuthentication no' >/etc/ssh/sshd_config.d/modularrace.conf
  systemctl enable ssh.service
fi

# The network first: install.sh needs it for the packages.
/var/lib/modularrace-setup/pi/install.sh --network-only --from /var/lib/modularrace-setup/pis.conf --name "$name"

cat >/etc/systemd/system/modularrace-setup.service <<TEXT
[Unit]
Description=ModularRace, the first install
Wants=network-online.target
After=network-online.target time-sync.target
ConditionPathExists=/var/lib/modularrace-setup/pis.conf
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=/var/lib/modularrace-setup/pi/install.sh --from /var/lib/modularrace-setup/pis.conf --name $name
# Only now: until it is done each start tries again.
ExecStartPost=/bin/rm -f /var/lib/modularrace-setup/pis.conf
ExecStartPost=/bin/systemctl --no-block reboot
StandardOutput=journal+console
StandardError=journal+console
Restart=on-failure
RestartSec=30

[Install]
WantedBy=multi-user.target
TEXT
systemctl enable modularrace-setup.service

sed -i 's# systemd.run=.*kernel-command-line.target##' $boot/cmdline.txt
rm -rf $from
sync
