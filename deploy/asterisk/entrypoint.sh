#!/bin/sh
# Starts Asterisk, and reloads the lines when their folder has changed. Vouchline
# runs in another container and cannot call the console of this one.
set -eu

conf=${ASTERISK_CONF:-/etc/asterisk/asterisk.conf}
lines=${ASTERISK_LINES:-/etc/asterisk/pjsip.d}

# Files are replaced, never changed in place: names, sizes and times tell.
state() { ls -l --time-style=full-iso "$lines" 2>/dev/null || true; }

watch() {
    seen=$(state)
    while sleep 1 && kill -0 "$$" 2>/dev/null; do # $$ has become Asterisk
        now=$(state)
        [ "$now" = "$seen" ] && continue
        # Not before it has worked is the change seen.
        if asterisk -C "$conf" -rx 'module reload res_pjsip.so' >/dev/null 2>&1; then
            seen=$now
        fi
    done
}

watch &
exec asterisk -f -C "$conf"
