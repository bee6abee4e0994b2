import { compare } from "./compare.ts";
import { growth } from "./growth.ts";
import { readOptions, usage } from "./options.ts";
import { profile } from "./profile.ts";
import { onStage } from "./stage.ts";

const modes = { compare, history: growth, profile };

const options = readOptions(process.argv.slice(2));
if (options) await onStage(options, modes[options.mode]);
else process.stdout.write(`${usage}\n`);
