"""Other ways to find the label of a message, each as its library's documentation shows it and as well as it can.

They need the extra `peers`. Each is fitted on phrasings and gives a function that is asked one message at a time; the
nearest phrasing's label wins, of equally near ones the label that sorts first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial

import bm25s
import numpy as np
import snowballstemmer
from rapidfuzz import fuzz
from rapidfuzz.process import extractOne
from rapidfuzz.utils import default_process
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline

from bot.matching.encoder import encode
from tests.bench.corpora import OUT_OF_SCOPE, Labelled
from tests.bench.matching import Ask, Fit

WORD = r"\w+"  # those of one letter too


def rapidfuzz_nearest(messages: Sequence[Labelled], *, scorer: Callable[..., float]) -> Ask:
    """The phrasing most alike by a scorer of RapidFuzz (0 to 100), a hundredth of which is the confidence."""
    texts, labels = _sorted(messages)
    phrasings = [default_process(text) for text in texts]

    def ask(text: str) -> tuple[str, float]:
        _, score, at = extractOne(default_process(text), phrasings, scorer=scorer)
        return labels[at], score / 100

    return ask


def bm25_nearest(messages: Sequence[Labelled]) -> Ask:
    """The phrasing with the highest BM25 score, which is the confidence.

    All words are kept and stemmed (which finds more than either default), each word being stemmed once.
    """
    texts, labels = _sorted(messages)
    stem = cache(snowballstemmer.stemmer("english").stemWord)

    def tokens(texts: list[str]) -> list[list[str]]:
        return list(
            bm25s.tokenize(
                texts,
                stopwords=[],
                stemmer=lambda words: [stem(word) for word in words],
                token_pattern=WORD,
                return_ids=False,
                show_progress=False,
            )
        )

    index = bm25s.BM25()
    index.index(tokens(texts), show_progress=False)

    def ask(text: str) -> tuple[str, float]:
        known = [word for message in tokens([text]) for word in message]
        if not known:
            return labels[0], 0.0
        scores = index.get_scores(known)
        at = int(np.argmax(scores))
        return labels[at], float(scores[at])

    return ask


def tfidf_nearest(messages: Sequence[Labelled]) -> Ask:
    """The phrasing with the largest cosine, which is the confidence."""
    texts, labels = _sorted(messages)
    vectorizer = _tfidf()
    phrasings = vectorizer.fit_transform(texts).T.tocsr()

    def ask(text: str) -> tuple[str, float]:
        cosines = (vectorizer.transform([text]) @ phrasings).toarray()[0]
        at = int(np.argmax(cosines))
        return labels[at], float(cosines[at])

    return ask


def tfidf_linear(messages: Sequence[Labelled]) -> Ask:
    """Logistic regression; the confidence is its largest probability."""
    texts, labels = _sorted(messages)
    model = make_pipeline(_tfidf(), LogisticRegression(C=10, max_iter=1_000)).fit(texts, labels)

    def ask(text: str) -> tuple[str, float]:
        probabilities = model.predict_proba([text])[0]
        at = int(np.argmax(probabilities))
        return str(model.classes_[at]), float(probabilities[at])

    return ask


def meaning_nearest(messages: Sequence[Labelled]) -> Ask:
    """The phrasing nearest in meaning, by the matcher's encoder; the cosine is the confidence."""
    texts, labels = _sorted(messages)
    phrasings = encode(texts).T

    def ask(text: str) -> tuple[str, float]:
        cosines = (encode([text]) @ phrasings)[0]
        at = int(np.argmax(cosines))
        return labels[at], float(cosines[at])

    return ask


def meaning_linear(messages: Sequence[Labelled]) -> Ask:
    """Logistic regression on the encoder's vectors; the confidence is its largest probability."""
    texts, labels = _sorted(messages)
    model = LogisticRegression(C=100, max_iter=1_000).fit(encode(texts), labels)

    def ask(text: str) -> tuple[str, float]:
        probabilities = model.predict_proba(encode([text]))[0]
        at = int(np.argmax(probabilities))
        return str(model.classes_[at]), float(probabilities[at])

    return ask


NEAREST: dict[str, Fit] = {
    "WRatio": partial(rapidfuzz_nearest, scorer=fuzz.WRatio),
    "token_set_ratio": partial(rapidfuzz_nearest, scorer=fuzz.token_set_ratio),
    "BM25": bm25_nearest,
    "TF-IDF nearest": tfidf_nearest,
}
PEERS: dict[str, Fit] = NEAREST | {
    "TF-IDF linear": tfidf_linear,
    "USE nearest": meaning_nearest,
    "USE linear": meaning_linear,
}


def _sorted(messages: Sequence[Labelled]) -> tuple[list[str], list[str]]:
    """Texts and labels in the order of labels, so that of equals the first wins by rule."""
    known = sorted((one for one in messages if one.label != OUT_OF_SCOPE), key=lambda one: one.label)
    return [one.text for one in known], [one.label for one in known]


def _tfidf() -> FeatureUnion:
    """Words, pairs of words, and 2 to 5 characters within words; the rows' lengths do not exceed 1."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    both = {"words": 0.5**0.5, "characters": 0.5**0.5}
    return FeatureUnion([("words", words), ("characters", characters)], transformer_weights=both)
