#include "sim/cli/shell/completion_scripts.h"

namespace peeksim {

namespace {

// Bash splits a line at "=" too. `compopt` fails when no completion is running, as in a test.
const char* const bash_script =
    R"script(# Completion of peeksim for bash: the program says what may follow.
_peeksim() {
  local current=${COMP_WORDS[COMP_CWORD]} word line name extension words=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == = ]] || words+=("$word")
  done
  [[ $current == = ]] && current=
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      $'\t'folders)
        compopt -o filenames 2>/dev/null
        while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -d -- "$current") ;;
      $'\t'files*)
        compopt -o filenames 2>/dev/null
        while IFS= read -r name; do
          [[ $line == $'\t'files || -d $name ]] && COMPREPLY+=("$name") && continue
          for extension in ${line#$'\t'files}; do
            [[ $name == *."$extension" ]] && COMPREPLY+=("$name")
          done
        done < <(compgen -f -- "$current") ;;
      *)
        word=${line%%$'\t'*}
        [[ $word == *= ]] && compopt -o nospace 2>/dev/null
        COMPREPLY+=("$word") ;;
    esac
  done < <("${COMP_WORDS[0]/#\~/$HOME}" --complete "${words[@]}" "$current" 2>/dev/null)
}
complete -F _peeksim peeksim
)script";

// The first line is for a file in a folder of $fpath, the last ones for both uses of the script.
const char* const zsh_script = R"script(#compdef peeksim
# Completion of peeksim for zsh: the program says what may follow.
_peeksim() {
  local line
  local -a before described keys
  before=("${(@)words[2,CURRENT-1]}")
  if [[ $PREFIX == --*=* ]]; then
    before+=("${PREFIX%%=*}")
    compset -P 1 '*='
  fi
  for line in "${(@f)$(${~words[1]} --complete "${before[@]}" "$PREFIX" 2>/dev/null)}"; do
    case $line in
      '') ;;
      $'\t'folders) _files -/ ;;
      $'\t'files) _files ;;
      $'\t'files*) _files -g "*.(${(j:|:)${=line#$'\t'files }})(-.)" ;;
      *=$'\t'*) keys+=("${line%%$'\t'*}") ;;
      *) described+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
    esac
  done
  (( $#keys )) && compadd -S '' -- "${keys[@]}"
  (( $#described )) && _describe -t arguments argument described
}
if [[ ${funcstack[1]} == _peeksim ]]; then
  _peeksim "$@"
else
  compdef _peeksim peeksim
fi
)script";

}  // namespace

const std::vector<Shell>& shells() {
  static const std::vector<Shell> table = {{"bash", bash_script}, {"zsh", zsh_script}};
  return table;
}

}  // namespace peeksim
