import { expect, it } from "vitest";
import { weaknessOf } from "@/lib/identity/sign-in/password-strength";

it.each([
  "elevenchars",
  "password1234",
  "Passwort2026!!",
  "P@ssw0rdP@ssw0rd",
  "qwertzuiop12345",
  "aaaaaaaaaaaaaaaa",
  "iloveyou-iloveyou",
  "CorrectHorseBatteryStaple",
  "ruth@authority.example",
  "RuthAdler1234",
])("%s is too easy to guess", (password) => {
  expect(weaknessOf(password, ["ruth@authority.example", "Ruth Adler"])).toBeDefined();
});

it.each(["a brighter lamp at noon", "k7Qw-mm2x-Zp90", "Donaudampfer legt ab", "四面楚歌 beim Frühstück"])(
  "%s is accepted",
  (password) => {
    expect(weaknessOf(password, ["ruth@authority.example", "Ruth Adler"])).toBeUndefined();
  },
);
