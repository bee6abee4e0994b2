import { applyPatch, type PlantedBug } from "./planted-bug.ts";
import { typeFaults } from "./trial.ts";

/** Applies every patch and type-checks them, those of different files together; answers what does not. */
export async function compileTogether(bugs: readonly PlantedBug[], directory: string): Promise<string[]> {
  const faults: string[] = [];
  for (const group of groups(bugs)) {
    const planted: PlantedBug[] = [];
    for (const bug of group) {
      try {
        applyPatch(bug, directory, "plant");
        planted.push(bug);
      } catch (error) {
        faults.push((error as Error).message);
      }
    }
    const types = await typeFaults(directory);
    if (types !== null) faults.push(`one of ${group.map(({ name }) => name).join(", ")} does not compile: ${types}`);
    for (const bug of planted) applyPatch(bug, directory, "remove");
  }
  return faults;
}

/** Bugs in as few groups as touch no file twice. */
function groups(bugs: readonly PlantedBug[]): PlantedBug[][] {
  const made: { bugs: PlantedBug[]; files: Set<string> }[] = [];
  for (const bug of bugs) {
    let group = made.find(({ files }) => !bug.files.some((file) => files.has(file)));
    if (group === undefined) {
      group = { bugs: [], files: new Set() };
      made.push(group);
    }
    group.bugs.push(bug);
    for (const file of bug.files) group.files.add(file);
  }
  return made.map((group) => group.bugs);
}
