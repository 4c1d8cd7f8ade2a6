import { get, onSignedOut, signedInAs, whoAmI } from "./api.js";
import { draw } from "./dom.js";
import { forgetStands } from "./fleet.js";
import { grow } from "./format.js";
import { hush, listen } from "./live.js";
import { changePassword } from "./pages/password.js";
import { signIn } from "./pages/sign-in.js";
import { signInAgain } from "./pages/sign-in-again.js";
import { waiting } from "./parts.js";
import { closeShell, openShell } from "./shell.js";
import { dress } from "./theme.js";
import { speak, tongue } from "./tongue.js";

const AGES_MS = 1_000;

/** Finds out who is here, and shows what that person may see: where the address points, before and after signing in. */
async function begin() {
  signedInAs(undefined);
  forgetStands();
  try {
    signedInAs(await get("/me"));
    enter();
  } catch (error) {
    closeShell();
    hush();
    signIn({ error, again: () => void begin(), enter });
  }
}

function enter() {
  if (whoAmI()?.mustChangePassword) return changePassword({ isForced: true, done: enter });
  openShell({ begin: () => void begin() });
  listen(() => void goOn());
}

let isAsking = false;

/** The session is over. Nothing that somebody is filling in gets lost by that. */
async function goOn() {
  if (isAsking) return;
  if (document.querySelector("dialog[open]") === null) return begin();
  isAsking = true;
  hush();
  const isBack = await signInAgain();
  isAsking = false;
  if (isBack) listen(() => void goOn());
  else await begin();
}

onSignedOut(() => void goOn());
speak(tongue());
dress();
draw(document.body, waiting(5));
setInterval(grow, AGES_MS);
void begin();
