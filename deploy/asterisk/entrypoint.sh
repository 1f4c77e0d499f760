#!/bin/sh
# Starts Asterisk, and reloads the lines when their folder has changed. Vouchline
# runs in another container and cannot call the console of this one.
set -eu

conf=${ASTERISK_CONF:-/etc/asterisk/asterisk.conf}
lines=${ASTERISK_LINES:-/etc/asterisk/pjsip.d}

console() { asterisk -C "$conf" -rx "$1"; }

# Files are replaced, never changed in place: names, sizes and times tell.
state() { ls -l --time-style=full-iso "$lines" 2>/dev/null || true; }

# A device outlives its line until it expires, and would get the calls of
# whoever has the number next.
drop_revoked() {
    console 'database show registrar/contact' |
        sed -n 's|^/registrar/contact/\([0-9]*\);@\([0-9a-f]*\) *:.*|\1 \2|p' |
        while read -r number device; do
            [ -e "$lines/$number.conf" ] || console "database del registrar/contact $number;@$device" >/dev/null
        done
}

watch() {
    seen=$(state)
    while sleep 1 && kill -0 "$$" 2>/dev/null; do # $$ has become Asterisk
        now=$(state)
        [ "$now" = "$seen" ] && continue
        # Not before it has worked is the change seen.
        if console 'module reload res_pjsip.so' >/dev/null 2>&1 && drop_revoked; then
            seen=$now
        fi
    done
}

watch &
exec asterisk -f -C "$conf"
