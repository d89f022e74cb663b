TestSonifyYaml : SonifyTest {
	read { |text|
		^this.load("yaml").(text)
	}

	// Not to be used inside of an expression: what sclang has on its stack there is lost when an error is caught.
	complaintOf { |text|
		var complaint;
		try { this.read(text) } { |error| complaint = error.errorString };
		^complaint ? ""
	}

	test_mappings_stand_in_one_another {
		var found = this.read("# a comment\none:\n  two: 2\n\n  three:\n    four: x:y # said\nfive: 5\n");
		this.assertEquals(found["one"]["two"], "2", "text");
		this.assertEquals(found["one"]["three"]["four"], "x:y", "without the comment");
		this.assertEquals(found["five"], "5", "back outside");
	}

	test_lists_are_arrays {
		var found = this.read("a: [1, \"two\", 3]\nb:\n  - name: x\n    c: 1\n  - name: y\nd: 2\n");
		this.assertEquals(found["a"], ["1", "two", "3"], "in brackets");
		this.assertEquals(found["b"].collect { |each| each["name"] }, ["x", "y"], "of mappings");
		this.assertEquals(found["b"][0]["c"], "1", "with further keys");
		this.assertEquals(found["d"], "2", "and what follows");
	}

	test_quotes_keep_what_they_hold {
		var found = this.read("a: \"x: y # z\"\nb: ''\nc: 'it'\n");
		this.assertEquals(found["a"], "x: y # z", "colons and hashes");
		this.assertEquals(found["b"], "", "nothing");
		this.assertEquals(found["c"], "it", "single ones");
	}

	test_what_it_does_not_know_is_named_with_its_line {
		[
			["a: 1\nb\n", "line 2: b (allowed: key: value)"],
			["a: [1, 2\n", "line 1: a: [1, 2 (allowed: [low, high])"],
			["a: \"x\n", "line 1: a: \"x (allowed: quotes at both ends, and no backslash)"],
			["a: 1\n   b: 2\n", "line 2: b: 2 (allowed: an indent of 0 spaces)"],
			["\ta: 1\nb: 2\n", "line 1: a: 1 (allowed: spaces before it, no tab)"],
			["- a\n", "line 1: a (allowed: key: value)"]
		].do { |pair|
			var said = this.complaintOf(pair[0]);
			this.assert(said.contains(pair[1]), "% in %".format(pair[1], said));
		};
	}

	test_an_empty_text_is_nothing {
		this.assertEquals(this.read("# only this\n"), nil, "nil");
	}
}
