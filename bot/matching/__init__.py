"""Rank the entries of an FAQ for a message, with a model trained on the phrasings alone.

`tokenizer` tokenizes a message, `features` turns it into a vector, `similarity` compares it with every phrasing,
`regression` gives every entry a score by words, `encoder` and `meaning` give it one by meaning, `coverage` measures how
many of the message's words occur in the phrasings, `foreign` compares the words of messages in other languages,
`calibration` turns scores and coverage into probabilities and sets the thresholds; `matcher` puts them together, and
`model_cache` stores the fitted model.

What words and meaning are worth is measured by `python -m tests.bench.ablation`. The effect of each part of the words
(`python -m tests.bench.matching --ablation`, measured by words alone), on the two data sets of docs/matching.md:

======================================  =====  =====  =====  =====  =====  =====
HINT3 sofmattress | CLINC150 small      top-1  AUROC  joint  top-1  AUROC  joint
======================================  =====  =====  =====  =====  =====  =====
everything                               .814   .902   .741   .910   .970   .784
without words                            .779   .896   .708   .886   .965   .736
with single words, no pairs              .792   .897   .728   .891   .967   .757
without characters                       .723   .880   .693   .897   .957   .795
without typo correction                  .779   .898   .725   .910   .969   .779
with similarities as they are            .818   .895   .725   .894   .965   .776
regression on the nearest rows alone     .784   .903   .728   .906   .971   .785
confidence without strength              .814   .770   .569   .910   .926   .729
confidence without coverage              .814   .903   .736   .910   .963   .787
======================================  =====  =====  =====  =====  =====  =====

Tried and left out, since they brought no gain on both sets and the FAQ's own: stems in addition to meanings, and the
ends of the message; latent semantic analysis, soft TF-IDF and edit ratios as further kernels; logistic and hinge
losses; the variance of the prediction, the margin and the nearest phrasing as signals of confidence.
"""
