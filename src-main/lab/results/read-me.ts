/** What lies in every experiment's folder for whoever opens it without Apical. A test runs the Python in it. */
export const README = `This folder is one experiment of Apical: one configuration with its seeds, in plain files.

experiment.json             the question: every setting, resolved
environment.json            the machine, the engine, checksums of the data
changes.jsonl               there once seeds or epochs were added: how many and when, one JSON object per line, with
                            the environment.json of what was trained before; kind "seeds-joined" where the seeds were
                            trained as several runs, with the environment.json of each
seed-N/metrics.jsonl        one JSON object per line; kind "epoch" has the accuracies, "batches" the mean accuracy
                            on the last training samples, each before it was learned from, "measure" the measures,
                            with one value per iteration under "profiles", "confusion" the confusion matrix.
                            validationAccuracy is of training samples held out (training.validation in
                            experiment.json) and null without them.
                            "collapsed" says that a seed was lost and why, "at-chance" that it ended at chance.
                            A line of kind "resumed" says that work beyond its batch was repeated, bit for bit the
                            same, and under "undone" what no longer counts of what was said at that batch, because the
                            run was over then and has more epochs now; a line that a crash cut off cannot be read and
                            says nothing.
seed-N/weights.safetensors  the learned weights after the last epoch
seed-N/weights-epoch-….     those after an earlier epoch, where evaluation.keepWeightsEveryEpochs asks for them
analysis/                   pictures of layers made of the networks; they can be made again
costs.json                  what each measure cost, in seconds and per cent of training, where any was taken
summary.json                mean and standard deviation over seeds, each at the epoch that training.selection asks
                            for: the last, or the first of largest validation accuracy
notes.md                    your notes
local.json                  where data lay on the machine that trained; leave it out when you hand this folder on
run.log                     what the run said; what a driver or an engine printed itself may name paths of the machine
labels.json                 your name for it and your tags, and whether it is pinned or archived

In Python, in this folder:

import json
import pandas as pd
from safetensors.numpy import load_file

def lines(path):
    for line in open(path, encoding="utf-8"):
        try:
            yield json.loads(line)
        except ValueError:
            pass  # cut off by a crash

metrics = pd.DataFrame(lines("seed-0/metrics.jsonl"))
epochs = metrics[metrics.kind == "epoch"].drop_duplicates("epoch", keep="last").astype({"epoch": int}).set_index("epoch")
print(epochs[["trainAccuracy", "testAccuracy"]])
weights = load_file("seed-0/weights.safetensors")
`
