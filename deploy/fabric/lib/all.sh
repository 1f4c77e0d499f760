# shellcheck shell=bash
# Everything the scripts of this folder share: source it with SCRIPTS set to the folder.

# shellcheck source=SCRIPTDIR/settings.sh
. "$SCRIPTS/lib/settings.sh"
# shellcheck source=SCRIPTDIR/process.sh
. "$SCRIPTS/lib/process.sh"
# shellcheck source=SCRIPTDIR/nodes.sh
. "$SCRIPTS/lib/nodes.sh"
# shellcheck source=SCRIPTDIR/render.sh
. "$SCRIPTS/lib/render.sh"
# shellcheck source=SCRIPTDIR/channel.sh
. "$SCRIPTS/lib/channel.sh"
# shellcheck source=SCRIPTDIR/profile.sh
. "$SCRIPTS/lib/profile.sh"
# shellcheck source=SCRIPTDIR/create.sh
. "$SCRIPTS/lib/create.sh"
# shellcheck source=SCRIPTDIR/join.sh
. "$SCRIPTS/lib/join.sh"
