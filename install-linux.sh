#!/bin/sh
# Install GAN Inpaint for this user, with its plug-ins for GIMP 3 and Krita, or update it.
# Double-click it in the file manager (“Run as a program”), or run it in a terminal. It needs no administrator.
# It installs the wheel beside it, else the source around it. Nothing outside of these places is changed:
#   ~/.local/share/gan-inpaint/program   the program          ~/.local/bin/gan-inpaint   a link to its command
set -eu

here=$(cd "$(dirname "$0")" && pwd)
folder=${XDG_DATA_HOME:-$HOME/.local/share}/gan-inpaint
log=$folder/install.log
link=$HOME/.local/bin/gan-inpaint
mkdir -p "$folder" "$HOME/.local/bin"

say() {
    printf '%s\n' "$1"
    [ -t 1 ] && return
    if command -v zenity > /dev/null; then
        zenity --info --no-markup --title "GAN Inpaint" --text "$1" || true
    elif command -v kdialog > /dev/null; then
        kdialog --title "GAN Inpaint" --msgbox "$1" || true
    fi
}

give_up() {
    say "GAN Inpaint could not be installed. $1"
    exit 1
}

newest_python() {
    for name in python3.14 python3.13 python3.12 python3.11 python3; do
        if "$name" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then
            command -v "$name"
            return
        fi
    done
}

python=$(newest_python)
[ -n "$python" ] || give_up "It needs Python 3.11 or newer with its module venv. Install the package python3-venv, then try again."

source=$here
for wheel in "$here"/gan_inpaint-*.whl; do
    [ -e "$wheel" ] && source=$wheel
done
[ "$source" != "$here" ] || [ -e "$here/pyproject.toml" ] || give_up "There is no gan_inpaint-….whl beside $0."

printf 'Installing GAN Inpaint into %s. This takes a few minutes.\n' "$folder"
"$python" -m venv "$folder/program" > "$log" 2>&1 || give_up "The file $log says why."
"$folder/program/bin/python" -m pip install --upgrade "$source" >> "$log" 2>&1 ||
    give_up "Its packages could not be installed; the file $log says why."

command=$folder/program/bin/gan-inpaint
if [ ! -e "$link" ] || [ "$(readlink "$link")" = "$command" ]; then
    ln -sf "$command" "$link"
fi

told=
for editor in gimp krita; do
    told="$told
$("$command" plugin install "$editor" 2>&1 || true)"
done
say "GAN Inpaint is installed. Restart your editor, select something, and choose GAN Inpaint in the menu Filters (GIMP) or Filter (Krita).
$told"
