"use client";

import { createContext, type ReactNode, useContext } from "react";

const Tools = createContext(true);

/** Says whether the signed-in person works with the API: they hold an API key that works. */
export function DeveloperTools({ isOn, children }: { isOn: boolean; children: ReactNode }) {
  return <Tools.Provider value={isOn}>{children}</Tools.Provider>;
}

/** Whether calls and commands for programs are shown. On public pages they are. */
export function useDeveloperTools(): boolean {
  return useContext(Tools);
}

/** Shows what only programs use, such as a call to copy. */
export function ForPrograms({ children }: { children: ReactNode }) {
  return useDeveloperTools() ? children : null;
}
