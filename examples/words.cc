// words.cc - counts the words of the files named, and prints the most frequent one.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>

using counts = std::map<std::string, int>;

static void count(counts &words, const char *name)
{
	std::ifstream in(name);
	std::string word;

	if (!in)
		throw std::runtime_error(std::string(name) + ": cannot be read");
	while (in >> word)
		words[word]++;
}

int main(int argc, char **argv)
{
	counts words;

	try {
		for (int i = 1; i < argc; i++)
			count(words, argv[i]);
	} catch (const std::exception &e) {
		std::cerr << e.what() << '\n';
		return 1;
	}
	auto most = std::max_element(words.begin(), words.end(), [](const auto &a, const auto &b) {
		return a.second < b.second;
	});
	if (most == words.end())
		return 1;
	std::cout << words.size() << " words, most often: " << most->first << ", " << most->second
		  << " times\n";
}
