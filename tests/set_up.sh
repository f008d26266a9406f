#!/bin/sh
# Real tools that tests and benchmarks use, from Debian where we may install them; without them those tests say
# why they are skipped. strace: what is synced before a promise. openssl: a certificate for STARTTLS.
# dovecot: mailboxes to fetch mail from; postfix: a mail server in front, and a relay. Tests start their own of either,
# with settings of their own; the system's Postfix is left without any, so that it does not start. chromium: the web
# chat's widget in a real browser.
# systemd: systemd-analyze looks at deploy/systemd, systemd-socket-activate hands a daemon its ports;
# it boots a machine of its own in namespaces, in make long, and nothing here.
# rabbitmq-server: nodes of a cluster, each with a folder of its own (tests/rabbit.py). prometheus and its alertmanager:
# our alarms are loaded, fire and come back in. pgbouncer: a pooler before PostgreSQL. nagios4-core: its notifications by mail. The system's own daemons of either must not be started by their
# installation, now or at boot.
set -u
missing=""
for tool in strace openssl; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
done
PATH="$PATH:/usr/sbin" command -v dovecot >/dev/null 2>&1 || missing="$missing dovecot-imapd"
PATH="$PATH:/usr/sbin" command -v postfix >/dev/null 2>&1 || missing="$missing postfix"
PATH="$PATH:/usr/sbin" command -v rabbitmqctl >/dev/null 2>&1 || missing="$missing rabbitmq-server"
PATH="$PATH:/usr/sbin" command -v pgbouncer >/dev/null 2>&1 || missing="$missing pgbouncer"
command -v promtool >/dev/null 2>&1 || missing="$missing prometheus"
command -v prometheus-alertmanager >/dev/null 2>&1 || missing="$missing prometheus-alertmanager"
PATH="$PATH:/usr/sbin" command -v nagios4 >/dev/null 2>&1 || missing="$missing nagios4-core"
command -v systemd-socket-activate >/dev/null 2>&1 || missing="$missing systemd"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium fonts-liberation"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    case "$missing" in
        *postfix*) echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections 2>/dev/null ;;
    esac
    case "$missing" in
        *rabbitmq*|*prometheus*|*nagios*|*pgbouncer*)
            # Debian asks policy-rc.d before it starts a service; where there is none yet, ours says no for the moment.
            if [ ! -e /usr/sbin/policy-rc.d ]; then
                printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d
                trap 'rm -f /usr/sbin/policy-rc.d' EXIT
            fi ;;
    esac
    # shellcheck disable=SC2086 # several names on purpose
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $missing; } \
        >/dev/null 2>&1 || echo "could not install:$missing (their tests are skipped)"
    for service in $missing; do
        case "$service" in
            rabbitmq*|prometheus*|nagios*|pgbouncer*) systemctl disable "${service%-core}" >/dev/null 2>&1 || true ;;
        esac
    done
else
    echo "not installed:$missing (their tests are skipped)"
fi
