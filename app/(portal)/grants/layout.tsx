import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function GrantsLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["grants"]}>{children}</Words>;
}
